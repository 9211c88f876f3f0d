"""A certificate for the van's own network, where none is given."""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vapr.errors import UsageError

DAYS = 365
_EARLY = timedelta(days=1)  # a phone's clock may be behind


def load_certificate(
    folder: Path, names: Iterable[str], now_s: float
) -> tuple[Path, Path]:
    """Certificate and key files; made, for a year, if missing, old or of other names.

    Args:
        folder: where they are kept.
        names: host names and addresses it must hold for.
        now_s: the time of day, seconds since 1970.

    Raises:
        UsageError: the folder cannot be written.
    """
    wanted = sorted({name.strip("[]") for name in names})
    cert, key = folder / "cert.pem", folder / "key.pem"
    now = datetime.fromtimestamp(now_s, UTC)
    try:
        if not _still_good(cert, key, wanted, now):
            folder.mkdir(parents=True, exist_ok=True)
            _make(cert, key, wanted, now)
    except OSError as error:
        raise UsageError(
            f"the certificate in {folder} cannot be kept: {error.strerror}"
        ) from error
    return cert, key


def _still_good(cert: Path, key: Path, names: list[str], now: datetime) -> bool:
    if not (cert.exists() and key.exists()):
        return False
    try:
        made = x509.load_pem_x509_certificate(cert.read_bytes())
        holds = made.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return False
    held = {str(name.value) for name in holds.value}
    return set(names) <= held and made.not_valid_after_utc > now + _EARLY


def _make(cert: Path, key: Path, names: list[str], now: datetime) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vapr")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), False
        )
        .sign(secret, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.chmod(0o600)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise UsageError(f"{name} is no name for a certificate: ASCII only") from error
