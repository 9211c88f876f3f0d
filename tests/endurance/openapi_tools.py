"""What others' tools make of the service's OpenAPI file: a fuzzer and a generator.

    python -m venv /tmp/tools
    /tmp/tools/bin/pip install schemathesis openapi-python-client
    python tests/endurance/openapi_tools.py --tools /tmp/tools/bin

A made van is served. A Python client is generated from the file, and with it
`examples/client.py` locates. schemathesis sends what the file allows and what it does
not: no answer may be a 5xx.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.served_van import served_van
from tests.van_film import Box, Film
from vapr.media import save_picture

EXAMPLE = Path(__file__).parents[2] / "examples" / "client.py"


def fuzz(tools: Path, address: str, folder: Path, cases: int) -> bool:
    """Whether schemathesis found no 5xx; its report is shown."""
    options = ["--checks", "not_a_server_error", "--phases", "coverage,fuzzing"]
    options += ["--max-examples", str(cases), "--no-color", "--no-shrink"]
    command = [str(tools / "schemathesis"), "run", *options]
    run = subprocess.run([*command, f"http://{address}/openapi.json"], cwd=folder)
    return run.returncode == 0


def generated(tools: Path, address: str, folder: Path, picture: Path) -> bool:
    """Whether a client generated from the file names a parcel of the picture."""
    with urlopen(f"http://{address}/openapi.json") as answer:
        (folder / "vapr.json").write_bytes(answer.read())
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder)}
    options = ["--path", "vapr.json", "--output-path", "vapr_client", "--meta", "none"]
    generate = [str(tools / "openapi-python-client"), "generate", *options]
    subprocess.run(generate, cwd=folder, env=environment, check=True)
    run = subprocess.run(
        [str(tools / "python"), str(EXAMPLE), f"http://{address}", str(picture)],
        env=environment,
        capture_output=True,
        text=True,
    )
    sys.stdout.write(run.stdout + run.stderr)
    return run.returncode == 0


def main() -> int:
    """Run it; 1 when either of them fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=30)
    told = parser.parse_args()
    film = Film([Box("A1", (60, 60)), Box("B1", (450, 60))])
    with TemporaryDirectory() as scratch, served_van(film, None) as (address, _):
        folder = Path(scratch)
        save_picture(film.picture(), folder / "van.jpg")
        made = generated(told.tools, address, folder, folder / "van.jpg")
        quiet = fuzz(told.tools, address, folder, told.cases)
    return int(not (made and quiet))


if __name__ == "__main__":
    sys.exit(main())
