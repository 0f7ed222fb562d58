from __future__ import annotations

import pytest

from reconciler.cvat.server_url import normalize_server_url
from reconciler.errors import SessionError


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://cvat.example", "https://cvat.example"),
        ("http://cvat.example:8080/", "http://cvat.example:8080"),
        ("cvat.example", "https://cvat.example"),  # as the SDK does
        ("cvat.example:8080", "https://cvat.example:8080"),
        (" https://cvat.example\n", "https://cvat.example"),
        ("HTTPS://CVAT.example", "https://cvat.example"),
        ("https://cvat.example/api", "https://cvat.example"),
        ("https://cvat.example/api/", "https://cvat.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("localhost:8080", "https://localhost:8080"),
    ],
)
def test_an_address(given: str, url: str) -> None:
    assert normalize_server_url(given) == url
    assert normalize_server_url(url) == url


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "names no host"),
        ("https://", "names no host"),
        ("ftp://cvat.example", "begins with ftp://"),
        ("https://cvat.example/tasks/42", "give only the address: https://cvat.example"),
        ("https://cvat.example?token=s3cret", "give only the address: https://cvat.example"),
        ("https://cvat.example/#s3cret", "give only the address: https://cvat.example"),
        ("https://ann:s3cret@cvat.example", "holds a user or password"),
        ("ann:s3cret@cvat.example", "holds a user or password"),
        ("https://s3cret@cvat.example:99999", "not a server address"),
        ("https://cvat.example:port", "not a server address"),
        ("https://[::1", "not a server address"),
        ("https://cvat example", "a space or a control character"),
        ("https://cvat.example\x00", "a space or a control character"),
    ],
)
def test_not_an_address(given: str, says: str) -> None:
    with pytest.raises(SessionError) as caught:
        normalize_server_url(given)
    assert says in str(caught.value)
    assert str(caught.value).startswith("CVAT_HOST ")
    assert "s3cret" not in str(caught.value)
