"""Every setting by name, with its default and what it is for; set them as SERAI_<NAME> in the environment."""

from __future__ import annotations

import datetime as dt
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from alerts.deliver import Post
    from ingest.bench import Limits, Places
    from ingest.manners import Manners
    from ingest.schedule import Rules
    from warehouse import connect

HOUSE = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings; the environment variable of each is its name in capitals after SERAI_."""

    model_config = SettingsConfigDict(env_prefix="SERAI_")

    data: Path = Field(
        default=HOUSE / "data",
        description="Folder of warehouse, reports, snapshots; and of facts (raw/curated), if not Serai's own.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the dashboard listens on.")
    port: int = Field(default=8501, ge=1, le=65535, description="Port that the dashboard listens on.")
    keep_versions: int = Field(default=3, ge=1, description="Published versions to keep, beside those in use.")
    max_file_bytes: int = Field(default=500_000_000, gt=0, description="Largest file that an ingest reads, bytes.")
    max_field_characters: int = Field(
        default=20_000, gt=0, description="Longest field that is not held back, characters."
    )
    base_urls: dict[str, str] = Field(
        default={}, description='Hosts to try live sources out on, this machine\'s only: {"source": "http://…"}.'
    )
    http_connect_seconds: float = Field(default=10, gt=0, description="Time to reach a live source, seconds.")
    http_read_seconds: float = Field(default=60, gt=0, description="Longest silence of a live source, seconds.")
    http_whole_seconds: float = Field(default=900, gt=0, description="Time that one answer may take, seconds.")
    http_attempts: int = Field(default=5, ge=1, description="Times that a live source is asked before giving up.")
    http_first_wait_seconds: float = Field(
        default=1,
        ge=0,
        description="Wait before the second try, seconds; it doubles with each, and varies by chance.",
    )
    http_longest_wait_seconds: float = Field(
        default=120, ge=0, description="Longest wait between tries, seconds; a source that asks for more is refused."
    )
    http_pause_seconds: float = Field(
        default=0.5, ge=0, description="Least time between two requests to one host, seconds."
    )
    most_bad_share: float = Field(
        default=0.5, gt=0, le=1, description="Share of bad rows beyond which a batch is refused."
    )
    ingest_memory_mb: int = Field(
        default=500,
        ge=128,
        description="Memory that the database may use in an ingest, MB; what is more goes to disk.",
    )
    sql_seconds: float = Field(default=5, gt=0, description="Time that one SQL query may take, seconds.")
    sql_rows: int = Field(default=10_000, gt=0, description="Rows that one SQL query returns at most.")
    sql_memory_mb: int = Field(
        default=1024, ge=64, description="Memory that one SQL query may use beside its process's own, MB."
    )
    sql_result_mb: int = Field(default=64, gt=0, description="Size of what one SQL query returns at most, MB.")
    sql_at_once: int = Field(default=2, ge=1, description="SQL queries that the dashboard runs at the same time.")
    sql_threads: int = Field(default=2, ge=1, description="Threads that one SQL query may use.")

    # Who may see the dashboard (dashboards/guard.py).
    oidc_metadata_url: str = Field(
        default="",
        description="Where the OpenID Connect provider describes itself (…/.well-known/openid-configuration).",
    )
    oidc_client_id: str = Field(default="", description="Serai's id with that provider.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret.")
    oidc_redirect_uri: str = Field(
        default="", description="Address of the dashboard as people type it, with /oauth2callback behind it."
    )
    oidc_cookie_secret: SecretStr = Field(
        default=SecretStr(""), description="Random text, 32 characters or more, that signs the cookie."
    )
    allowed_users: str = Field(
        default="", description="Who may sign in: e-mail addresses and domains, with commas between; * = everybody."
    )
    machine_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token for /metrics and /alerts.atom where people must sign in."
    )
    embed_sites: str = Field(
        default="",
        description="Sites that may show our charts in theirs: https://example.org, with commas between; * = any.",
    )

    @field_validator("embed_sites")
    @classmethod
    def _sites(cls, value: str) -> str:
        for one in value.split(","):
            if one.strip() and not re.fullmatch(r"\*|https?://[a-z0-9*.-]+(:\d+)?", one.strip()):
                raise ValueError(f"write sites like https://example.org, not {one.strip()!r}")
        return value

    allow_anonymous: bool = Field(
        default=False, description="Whether the dashboard may be open to other machines without sign-in."
    )

    schedule_sources: list[str] = Field(
        default=[],
        description='Sources that are ingested unattended: names, "shipped", "live"; all, if none is named.',
    )
    schedule_tick_seconds: float = Field(
        default=30, gt=0, description="Longest time between two looks of the schedule at the ledger, seconds."
    )
    schedule_late_seconds: float = Field(
        default=3600, ge=0, description="Delay beyond which a scheduled run is late and a source overdue, seconds."
    )
    schedule_first_wait_seconds: float = Field(
        default=300,
        gt=0,
        description="Wait before a source that failed is tried again, seconds; it doubles with each failure.",
    )
    schedule_longest_wait_seconds: float = Field(
        default=86_400, gt=0, description="Longest wait before a source that failed is tried again, seconds."
    )
    schedule_pause_after: int = Field(
        default=8, ge=1, description="Failures in a row after which a source is paused."
    )
    schedule_paused_seconds: float = Field(
        default=604_800, gt=0, description="Time between two tries of a paused source, seconds."
    )
    schedule_run_seconds: float = Field(
        default=7200, gt=0, description="Time that one unattended ingest may take before it is ended, seconds."
    )
    schedule_patience_seconds: float = Field(
        default=600, ge=0, description="Time that a scheduled ingest waits for another one to end, seconds."
    )

    schedule_nice: int = Field(
        default=10, ge=0, le=19, description="How far an unattended ingest gives way to readers (as nice does)."
    )

    @field_validator("schedule_sources")
    @classmethod
    def _known_sources(cls, value: list[str]) -> list[str]:
        from ingest import source

        known = [*source.names(), "shipped", "live"]
        if unknown := sorted(set(value) - set(known)):
            raise ValueError(f"no source is called {', '.join(unknown)}: there are {', '.join(known)}")
        return value

    log_format: Literal["text", "json"] = Field(
        default="text", description="How logs are written to standard error: text, or JSON lines."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning",
        description="What is written there: debug, info (every step of every run), warning or error.",
    )
    log_days: int = Field(default=90, ge=1, description="Days for which the log of a run is kept in data/logs.")
    public_url: str = Field(
        default="",
        description="Address under which others reach the dashboard, for links in alerts and exports; empty: this "
        "machine's, and none in exports.",
    )
    alert_rules: list[str] = Field(
        default=[],
        description='Rules whose alerts are sent: ["crossing_state", "closure_passed"]; all, if none is named. The '
        "feed has all of them.",
    )
    alert_webhooks: dict[str, str] = Field(
        default={},
        description='Addresses that get each alert, by a name of your own: {"newsroom": "https://…"}. '
        "The secret that signs is the credential webhook_<name>_secret.",
    )
    alert_smtp: str = Field(
        default="",
        description="Server that sends alerts: smtp://host:587 (STARTTLS) or smtps://host:465; its credentials are "
        "smtp_user and smtp_password.",
    )
    alert_email_from: str = Field(default="", description="Sender of the e-mails with alerts.")
    alert_email_to: list[str] = Field(default=[], description='Who gets them: ["desk@example.org"].')
    alert_seconds: float = Field(default=15, gt=0, description="Time that a webhook or mail server has to answer.")
    alert_give_up_hours: float = Field(
        default=72, gt=0, description="Hours after its first try at which an alert is given up."
    )

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        if value and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).hostname):
            raise ValueError("write it like https://serai.example.org")
        return value

    @field_validator("alert_rules")
    @classmethod
    def _known_rules(cls, value: list[str]) -> list[str]:
        from alerts.book import rule_names

        if unknown := sorted(set(value) - set(rule_names())):
            raise ValueError(f"no rule is called {', '.join(unknown)}: there are {', '.join(rule_names())}")
        return value

    @field_validator("alert_webhooks")
    @classmethod
    def _safe_to_send_to(cls, value: dict[str, str]) -> dict[str, str]:
        from alerts.channels import why_unsafe

        for name, url in value.items():
            if not re.fullmatch("[a-z0-9_]+", name):
                raise ValueError(f"a webhook's name has small letters, digits and _ alone, not {name!r}")
            if why := why_unsafe(url):
                raise ValueError(f"{name}: {why}")
        return value

    @field_validator("alert_smtp")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value and not (urlsplit(value).scheme in ("smtp", "smtps") and urlsplit(value).hostname):
            raise ValueError("write it like smtp://mail.example.org:587 or smtps://mail.example.org:465")
        return value

    analysis_days: list[dt.date] = Field(
        default=[],
        description='Days for which each ingest works the analysis out as known on them: ["2025-10-20"]; each takes '
        "about as long as the analysis itself, once.",
    )
    verify_minutes: float = Field(
        default=60,
        ge=0,
        description="How long it is trusted that the published file is what was published, minutes; then who opens "
        "it compares it with its checksum anew.",
    )

    @field_validator("base_urls")
    @classmethod
    def _on_this_machine(cls, value: dict[str, str]) -> dict[str, str]:
        from ingest.manners import LOOPBACK

        for name, url in value.items():
            if urlsplit(url).hostname not in LOOPBACK:
                raise ValueError(f"{name} may be sent to this machine only (127.0.0.1), not to {url}")
        return value

    @property
    def warehouse(self) -> Path:
        """The folder with serai.duckdb."""
        return self.data / "warehouse"

    @property
    def reports(self) -> Path:
        """The folder with the validation reports."""
        return self.data / "reports"

    @property
    def logs(self) -> Path:
        """The folder with the log of each run."""
        return self.data / "logs"

    @property
    def home(self) -> str:
        """The dashboard's address, as links to it are written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def post(self) -> Post:
        """Where alerts are delivered to, with the secrets of each channel."""
        from alerts.channels import Channel, Email, Webhook
        from alerts.deliver import Post
        from ingest import credentials

        channels: list[Channel] = []
        for name, url in self.alert_webhooks.items():
            secret = f"webhook_{name}_secret"
            found = credentials.find(secret) or ""
            channels.append(Webhook(name, url, found, credentials.remedy(secret), self.alert_seconds))
        if self.alert_smtp:
            user, password = (credentials.find(name) or "" for name in ("smtp_user", "smtp_password"))
            sender, to = self.alert_email_from, tuple(self.alert_email_to)
            channels.append(Email(self.alert_smtp, sender, to, self.home, user, password, self.alert_seconds))
        give_up = dt.timedelta(hours=self.alert_give_up_hours)
        return Post(self.data / "alerts", self.home, channels, give_up, frozenset(self.alert_rules))

    @property
    def geometry(self) -> Path:
        """The folder with country shapes and border lines, which is part of Serai and not of the data."""
        return HOUSE / "data" / "geometry"

    @property
    def places(self) -> Places:
        """Where an ingest finds and leaves things."""
        from ingest.bench import Places

        raw, own = self.data / "raw", (self.data / "raw" / "curated").is_dir()
        # A data folder that has no facts of its own takes those that come with Serai.
        shipped = None if own else HOUSE / "data" / "raw"
        return Places(raw, self.warehouse, self.reports, self.geometry, self.base_urls, shipped)

    @property
    def ingest_limits(self) -> Limits:
        """What an ingest allows."""
        from ingest.bench import Limits
        from ingest.csv_file import ParseLimits

        parse = ParseLimits(self.max_file_bytes, self.max_field_characters)
        return Limits(
            parse,
            self.most_bad_share,
            self.keep_versions,
            self.ingest_memory_mb,
            self.manners,
            self.schedule_rules,
            self.verify_minutes,
            tuple(self.analysis_days),
        )

    @property
    def manners(self) -> Manners:
        """How live sources are asked."""
        from ingest.manners import Manners

        return Manners(
            connect_seconds=self.http_connect_seconds,
            read_seconds=self.http_read_seconds,
            whole_seconds=self.http_whole_seconds,
            attempts=self.http_attempts,
            first_wait_seconds=self.http_first_wait_seconds,
            longest_wait_seconds=self.http_longest_wait_seconds,
            pause_seconds=self.http_pause_seconds,
            most_bytes=self.max_file_bytes,
        )

    @property
    def schedule_rules(self) -> Rules:
        """How the schedule bears with what goes wrong."""
        from ingest.schedule import Rules

        return Rules(
            chosen=tuple(self.schedule_sources),
            late_after=self.schedule_late_seconds,
            first_wait=self.schedule_first_wait_seconds,
            longest_wait=self.schedule_longest_wait_seconds,
            pause_after=self.schedule_pause_after,
            paused_wait=self.schedule_paused_seconds,
        )

    @property
    def sql_limits(self) -> connect.Limits:
        """What one query of a person may use."""
        from warehouse import connect

        return connect.Limits(
            self.sql_seconds, self.sql_rows, self.sql_memory_mb, self.sql_result_mb, self.sql_threads
        )


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
