from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated

import typer

from serai.front import REFUSED, Json, app, stop

if TYPE_CHECKING:
    from alerts.book import Alert
    from alerts.deliver import Post

# So many are shown to people; scripts get all.
SHOWN = 20


@app.command()
def alerts(
    as_json: Json = False,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Write the feed, and send what is due to every channel.")
    ] = False,
    rule: Annotated[str | None, typer.Option(help="Show those of this rule alone.")] = None,
    test: Annotated[
        str | None, typer.Option(metavar="CHANNEL", help="Send a test to this channel: webhook:<name>, or email.")
    ] = None,
) -> None:
    """What the newest versions had to tell, with the rows behind it, and what became of it on each channel."""
    from alerts.deliver import deliver as send
    from alerts.deliver import published, undelivered
    from serai import logs
    from serai.settings import settings

    logs.start(settings())
    post, warehouse = settings().post, settings().warehouse
    if test:
        _try_out(post, test)
        return
    if deliver:
        send(post, warehouse)
    every = published(warehouse)
    channels, found = undelivered(post, every), [one for one in every if rule in (None, one.rule)]
    if as_json:
        told = {"alerts": [one.told() for one in found], "channels": channels, "feed": str(post.folder / "feed.atom")}
        print(json.dumps(told, default=str, indent=2, ensure_ascii=False))  # noqa: T201
    else:
        print(_words(found, post, channels))  # noqa: T201


def _words(found: list[Alert], post: Post, channels: dict[str, dict[str, int]]) -> str:
    lines = [f"{one.raised_at:%Y-%m-%d %H:%M}  {one.title}" for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} older: serai alerts --json")
    lines += [] if found else ["No alert was raised yet: the first publish has none before it to compare with."]
    lines += ["", f"feed        {post.folder / 'feed.atom'}, {post.home}/alerts.atom"]
    for channel in post.channels:
        counts = ", ".join(f"{count} {state}" for state, count in channels[channel.key].items() if count)
        lines.append(f"{channel.key:<11} {channel.lacks or counts or 'nothing to send yet'}")
    if not post.channels:
        lines.append("channels    none: SERAI_ALERT_WEBHOOKS, SERAI_ALERT_SMTP")
    return "\n".join(lines)


def _try_out(post: Post, key: str) -> None:
    """Send a channel an alert that says that it is a test; it is in nobody's record."""
    from alerts.book import Alert
    from alerts.channels import RefusedError, UncertainError
    from alerts.deliver import utc_now

    channel = next((one for one in post.channels if one.key == key), None)
    if channel is None:
        stop(f"no channel is called {key}: there are {', '.join(one.key for one in post.channels) or 'none'}", 2)
    if channel.lacks:
        stop(f"{key}: {channel.lacks}", 2)
    now = utc_now()
    title, text = "This is a test", "Nothing happened: somebody tried out whether alerts arrive here."
    trial = Alert(f"test-{now:%Y%m%dT%H%M%S%f}", "test", key, dt.date(now.year, now.month, now.day), title, text,
                  [], [], now, "")  # fmt: skip
    try:
        channel.send([trial], now)
    except (RefusedError, UncertainError) as error:
        stop(f"{key}: {error}", REFUSED)
    print(f"{key}: taken")  # noqa: T201
