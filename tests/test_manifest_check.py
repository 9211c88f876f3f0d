"""`vapr manifest check`: what a person sees, and what a program gets."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from vapr.cli.manifest_check import print_report, report_json, run_manifest_check
from vapr.errors import ManifestError
from vapr.route.manifest import read_manifest
from vapr.route.report import Report, row_list

TEXT = """sep=;
Route sheet 7;;;

Stop;Tracking;Name;Phone
1;1Z999AA10123456784;Ann Example;555
1;="TBA303912345678";Ann Example;555
2;N/A;Bob Example;556
;794000000014;;
3;x;y;z;794000000025;
"""


@pytest.fixture(scope="module")
def report() -> Report:
    return read_manifest(TEXT.encode(), "route.csv").report


def printed(report: Report, width: int = 90) -> str:
    screen = io.StringIO()
    print_report(report, Console(file=screen, width=width, no_color=True))
    return screen.getvalue()


def test_a_person_sees_columns_stops_and_every_odd_row(report: Report) -> None:
    text = printed(report)
    assert "CSV, UTF-8, semicolon, header in line 4" in text
    assert "5 lines → 2 stops, 4 items, 1 of them without a number" in text
    for line in (
        'tracking   "Tracking"  named so',
        '"Phone"     dropped at the door',
        "2: 2 (1 without number)",
        "X refused   line 9",
        '! repaired  line 6  taken out of ="…"',
        '- noted     line 7  no tracking number ("N/A")',
    ):
        assert line in text
    assert "Example" not in text
    assert text.index("refused") < text.index("repaired  line")


def test_it_fits_a_narrow_terminal(report: Report) -> None:
    assert max(map(len, printed(report, 60).splitlines())) <= 60


def test_many_rows_with_one_reason_are_one_line() -> None:
    rows = "".join(f"{row},,Ann,{row} Elm\n" for row in range(1, 60))
    report = read_manifest(f"Stop,Tracking,Name,Address\n{rows}".encode()).report
    lines = [line for line in printed(report).splitlines() if "noted " in line]
    assert len(lines) == 1
    assert "lines 2-60" in lines[0]


def test_a_program_gets_the_same(report: Report) -> None:
    value = json.loads(json.dumps(report_json(report)))
    assert value["schema"] == "vapr.manifest-check/1"
    assert value["rows"] == 5
    assert value["counts"] == {"refused": 1, "repaired": 2, "noted": 2}
    assert value["columns"][0] == {"field": "stop", "column": "Stop", "why": "named so"}
    assert [stop["id"] for stop in value["stops"]] == ["1", "2"]
    assert {"kind", "code", "rows", "reason"} == set(value["findings"][0])


def test_refused_rows_make_the_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "route.csv"
    path.write_text(TEXT, encoding="utf-8")
    assert run_manifest_check(path, {}, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["source"] == "route.csv"
    path.write_text("Stop,Tracking\n1,TBA303912345678\n", encoding="utf-8")
    assert run_manifest_check(path, {}, as_json=False) == 0
    assert "Every row was read as it stands" in capsys.readouterr().out


def test_an_unusable_manifest_is_an_error_in_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "route.csv"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(ManifestError):
        run_manifest_check(path, {}, as_json=True)
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "unreadable_manifest"
    assert "is a PDF" in error["message"]


def test_row_numbers_are_told_in_runs() -> None:
    assert row_list([3, 5, 6, 7, 9]) == "3, 5-7, 9"
    assert row_list(range(0, 100, 2), most=2) == "0, 2 and 48 more"
