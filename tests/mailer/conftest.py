"""Letters need addresses of pages; here every route is known by its name."""

import pytest

from events.core import links


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def path_for(name: str, **ids: str) -> str:
        return "/" + "/".join([name, *ids.values()]) if name != "home" else "/"

    monkeypatch.setattr(links, "_paths", [path_for])
