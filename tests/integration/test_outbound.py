"""The way out goes to public addresses alone: whatever a URL looks like, and whatever a name says the second time."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.addresses import Address, Networks, is_public, parse_address
from server.errors import RefusedError
from server.http.outbound import AddressRefusedError, Outbound, OutboundRules
from tests.support.shop_backend import ShopBackend, shop_backend

LOCAL = OutboundRules(Networks(["127.0.0.0/8"]), http=True)


class Names:
    """A resolver of the test's own: each name has a list of answers, the last of which stays."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked += 1
        answers = self.names.get(host)
        if answers is None:
            raise OSError(host)
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        return [address for address in map(parse_address, told) if address is not None]


@pytest.fixture
async def backend() -> AsyncIterator[ShopBackend]:
    async with shop_backend() as backend:
        yield backend


@pytest.mark.parametrize(
    "told",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::1", "2001:db8::1",
        "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_the_public_internet_is_refused(told: str) -> None:
    assert not is_public(ipaddress.ip_address(told))


@pytest.mark.parametrize(
    "told", ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_what_is_public_is_not(told: str) -> None:
    assert is_public(ipaddress.ip_address(told))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "https:///hooks", "https://user:pass@shop.example/", "https://u@shop.example",
        "https://shop.example/#here", "https://shop.example:22/", "https://shop.example:80/", "https://shop.example:0/",
        "https://shop.example:70000/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1]/",
        "https://2130706433/", "https://0177.0.0.1/", "https://0x7f.1/", "https://0x7f000001/", "https://127.1/",
        "https://169.254.169.254/latest/meta-data", "https://[64:ff9b::7f00:1]/", "https://１２７.0.0.1/", "https://134744072/",
        "https://shop.example/ a", "https://shop.example\\@127.0.0.1/", "https://shop.example/\n", "//shop.example/", "", "hooks",
        "https://8.8.8.08/", "https://" + "a" * 600 + "/",
    ],
)  # fmt: skip
def test_a_url_of_no_use_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        OutboundRules().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hooks?a=b",
        "https://shop.example:8443",
        "https://8.8.8.8/",
        "https://ショップ.example/",
    ],
)
def test_a_url_of_a_web_server_is_taken(url: str) -> None:
    OutboundRules().check(url)


@pytest.mark.parametrize(
    "told", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fd00:ec2::254"]]
)
async def test_a_name_is_refused_by_any_of_its_addresses(told: list[str], backend: ShopBackend) -> None:
    outbound = Outbound(OutboundRules(http=True), resolve=Names(shop_example=[told]))
    with pytest.raises(AddressRefusedError):
        await outbound.client.get(f"http://shop.example:{backend.port}/")
    with pytest.raises(RefusedError):
        await outbound.require_fit(f"http://shop.example:{backend.port}/")
    assert not backend.received
    await outbound.close()


async def test_a_name_that_changes_its_mind_is_refused_when_it_is_used(backend: ShopBackend) -> None:
    names = Names(shop_example=[["8.8.8.8"], ["127.0.0.1"]])
    outbound = Outbound(OutboundRules(http=True), resolve=names)
    await outbound.require_fit(f"http://shop.example:{backend.port}/")
    with pytest.raises(AddressRefusedError):
        await outbound.client.get(f"http://shop.example:{backend.port}/")
    assert not backend.received
    await outbound.close()


async def test_what_was_looked_at_is_what_is_connected_to(backend: ShopBackend) -> None:
    names = Names(shop_example=[["127.0.0.1"], ["10.255.255.1"]])
    outbound = Outbound(LOCAL, resolve=names)
    answer = await outbound.client.get(f"http://shop.example:{backend.port}/hooks")
    assert answer.text == "ok"
    assert names.asked == 1
    assert backend.received[0].headers["host"] == f"shop.example:{backend.port}"
    await outbound.close()


async def test_an_address_that_does_not_answer_gives_way_to_the_next(backend: ShopBackend) -> None:
    outbound = Outbound(LOCAL, resolve=Names(shop_example=[["127.0.0.2", "127.0.0.1"]]))
    assert (await outbound.client.get(f"http://shop.example:{backend.port}/")).status_code == 200
    await outbound.close()


async def test_a_name_without_an_address_is_fit_and_fails_when_it_is_used() -> None:
    outbound = Outbound(OutboundRules(), resolve=Names())
    await outbound.require_fit("https://shop.example/")
    with pytest.raises(httpx.ConnectError):
        await outbound.client.get("https://shop.example/")
    await outbound.close()


async def test_the_systems_resolver_knows_this_machine_and_its_names_are_refused(
    backend: ShopBackend,
) -> None:
    outbound = Outbound(OutboundRules(http=True))
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(AddressRefusedError):
            await outbound.client.get(f"http://{host}:{backend.port}/")
    await outbound.close()
    allowed = Outbound(LOCAL)
    both = await asyncio.gather(*(allowed.client.get(f"http://127.0.0.1:{backend.port}/") for _ in range(20)))
    assert {each.status_code for each in both} == {200}
    await allowed.close()


async def test_no_redirect_is_followed(backend: ShopBackend) -> None:
    backend.answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    outbound = Outbound(LOCAL)
    assert (await outbound.client.get(backend.url())).status_code == 302
    await outbound.close()


def certificate_for(name: str, folder: Path) -> Path:
    """Write a certificate of `name` that is its own authority, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return path


async def test_tls_speaks_of_the_name_and_not_of_the_address(tmp_path: Path) -> None:
    pem = certificate_for("shop.example", tmp_path)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    asked_for: list[str | None] = []
    theirs.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    async with shop_backend(theirs) as backend:
        names = Names(shop_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
        outbound = Outbound(LOCAL, resolve=names, trust=ssl.create_default_context(cafile=str(pem)))
        answer = await outbound.client.get(f"https://shop.example:{backend.port}/")
        assert answer.status_code == 200
        assert asked_for == ["shop.example"]
        # The same address by another name is another connection, whose certificate does not fit.
        with pytest.raises(httpx.ConnectError):
            await outbound.client.get(f"https://other.example:{backend.port}/")
        await outbound.close()
