"""Every setting by name, with its default and what it is for; set them as SERAI_<NAME> in the environment."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from ingest.bench import Limits, Places
    from ingest.manners import Manners
    from warehouse import connect

HOUSE = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings; the environment variable of each is its name in capitals after SERAI_."""

    model_config = SettingsConfigDict(env_prefix="SERAI_")

    data: Path = Field(default=HOUSE / "data", description="Folder of facts, warehouse and reports.")
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
    sql_memory_mb: int = Field(default=512, ge=64, description="Memory that SQL queries may use, MB.")

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
    def geometry(self) -> Path:
        """The folder with country shapes and border lines, which is part of Serai and not of the data."""
        return HOUSE / "data" / "geometry"

    @property
    def places(self) -> Places:
        """Where an ingest finds and leaves things."""
        from ingest.bench import Places

        return Places(self.data / "raw", self.warehouse, self.reports, self.geometry, self.base_urls)

    @property
    def ingest_limits(self) -> Limits:
        """What an ingest allows."""
        from ingest.bench import Limits
        from ingest.csv_file import ParseLimits

        parse = ParseLimits(self.max_file_bytes, self.max_field_characters)
        return Limits(
            parse, self.most_bad_share, self.keep_versions, self.ingest_memory_mb, self.manners, self.verify_minutes
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
    def sql_limits(self) -> connect.Limits:
        """What one query of a person may use."""
        from warehouse import connect

        return connect.Limits(self.sql_seconds, self.sql_rows, self.sql_memory_mb)


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
