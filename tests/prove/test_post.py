"""Ten thousand invitations through a real Postfix: none lost, none twice, and every one with a signature that holds."""

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from events.core.settings import settings, use_settings
from frontend.app import make_app
from mailer.incoming.lmtp import lmtp_listener
from mailer.letters import LetterState
from tests.mailer.post_by_debian import arrived, invite, through
from tests.mailer.post_house import post_house
from tests.mailer.test_signing import pem_of, published

pytestmark = [pytest.mark.real_time, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def prove(db, ada, tmp_path, *, count: int) -> None:
    make_app()  # letters name pages
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "dkim.pem").write_bytes(pem_of(key))
    use_settings(**{**settings().model_dump(), "dkim_key": tmp_path / "dkim.pem", "mail_senders": 4})
    _fair, names = invite(db, ada, count)
    async with lmtp_listener("127.0.0.1", 0) as port:
        with post_house(*names, lmtp_for_us=port) as house:
            post = await through(house, seconds=1500)
            copies = [arrived(house, one) for one in post.letters]

    print(  # noqa: T201 - the figure
        f"\n{count} invitations handed to Postfix in {post.seconds:.0f} s ({count / post.seconds:.0f} a second), "
        f"{sum(not one for one in copies)} lost, {sum(len(one) > 1 for one in copies)} twice"
    )
    assert len(post.letters) == count
    assert {one.state for one in post.letters} == {LetterState.SENT}
    assert [len(one) for one in copies] == [1] * count
    assert all(dkim.verify(one[0], dnsfunc=published(key)) for one in copies[:: max(1, count // 200)])


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("count", [500, 10_000])
async def test_an_events_invitations_arrive_by_postfix_once_each_and_signed(db, ada, tmp_path, count):
    await prove(db, ada, tmp_path, count=count)
