"""Letters need addresses of pages; here every route is known by its name, and what was asked for is kept."""

import pytest

from events.core import links

Asked = list[tuple[str, dict[str, str]]]


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked: Asked = []

    def path_for(name: str, **ids: str) -> str:
        asked.append((name, ids))
        return "/" + "/".join([name, *ids.values()]) if name != "home" else "/"

    monkeypatch.setattr(links, "_paths", [path_for])
    return asked
