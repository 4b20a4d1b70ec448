"""manage.py working_days DAY NUMBER: the day on which so many working days after DAY end."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from kernel.errors import DomainError
from kernel.workdays import SHANGHAI, Calendar
from registry.limits import local_day
from registry.queries import calendar

WITHOUT: Final = "数据库未运行，仅按已公布的日历计算。No database answers: only the published calendar counts."


class Command(BaseCommand):
    """Count working days by the published calendar and the years the office entered; the first day is not counted."""

    help = "从 DAY 起（当日不计）经过 NUMBER 个工作日的日期；日历未公布的年份报错，退出码 2。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", help="YYYY-MM-DD")
        parser.add_argument("number", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            start = datetime.combine(date.fromisoformat(options["day"]), time(12), SHANGHAI)
        except ValueError as wrong:
            raise CommandError(f"“{options['day']}”不是日期 (YYYY-MM-DD)。", returncode=2) from wrong
        try:
            end = self._calendar().deadline(start, options["number"])
        except DomainError as refused:
            raise CommandError(f"{refused.sentence('zh')} {refused.sentence('en')}", returncode=2) from refused
        self.stdout.write(local_day(end.at).isoformat())

    def _calendar(self) -> Calendar:
        """The published calendar with the office's years or, where no database answers, without them."""
        try:
            return calendar()
        except OperationalError:
            self.stderr.write(
                "数据库未运行，仅按已公布的日历计算。No database answers: the published calendar alone counts."
            )
            return Calendar()
