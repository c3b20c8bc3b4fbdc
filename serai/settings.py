"""Every setting by name, with its default and what it is for; set them as SERAI_<NAME> in the environment."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from ingest.run import Limits, Places
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
    most_bad_share: float = Field(
        default=0.5, gt=0, le=1, description="Share of bad rows beyond which a batch is refused."
    )
    sql_seconds: float = Field(default=5, gt=0, description="Time that one SQL query may take, seconds.")
    sql_rows: int = Field(default=10_000, gt=0, description="Rows that one SQL query returns at most.")
    sql_memory_mb: int = Field(default=512, ge=64, description="Memory that SQL queries may use, MB.")

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
        from ingest.run import Places

        return Places(self.data / "raw", self.warehouse, self.reports, self.geometry)

    @property
    def ingest_limits(self) -> Limits:
        """What an ingest allows."""
        from ingest.csv_file import ParseLimits
        from ingest.run import Limits

        parse = ParseLimits(self.max_file_bytes, self.max_field_characters)
        return Limits(parse, self.most_bad_share, self.keep_versions)

    @property
    def sql_limits(self) -> connect.Limits:
        """What one query of a person may use."""
        from warehouse import connect

        return connect.Limits(self.sql_seconds, self.sql_rows, self.sql_memory_mb)


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
