"""Batches: many scenarios, one folder, and a record that tells at any moment how far they are.

``DIR/<name>/`` is the run folder of a scenario, ``DIR/batch.json`` the record, ``DIR/failed/<name>.txt`` what went
wrong. A batch that was stopped, or killed, goes on where it was: finished runs whose inputs are the same are reused.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from allocator.analysis.folder_lock import locked
from allocator.analysis.jobs import Job, JobOptions, Outcome, Tell, run_jobs
from allocator.errors import Problem, ScenarioError
from allocator.files import file_name
from allocator.i18n import _
from allocator.inputs.scenario_files import read_scenario
from allocator.inputs.schemas.scenario import SolverOptions
from allocator.plan.keeping import Reports
from allocator.solving.base import Progress

RECORD = "batch.json"
FAILED = "failed"

PENDING = "pending"
RUNNING = "running"

_PARTS = {"id", "policy_model", "register"}
"""What every scenario states."""


@dataclass(frozen=True)
class Entry:
    """One scenario of a batch: ``state`` is pending, running, or how its job ended (``jobs.State``)."""

    name: str
    scenario: str
    state: str = PENDING
    error: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0


@dataclass
class Batch:
    """The scenarios of a batch folder, by name, in their order."""

    folder: Path
    asked: JobOptions = field(default_factory=JobOptions)
    """How its plans are asked for; kept in the record, for when the batch goes on."""
    entries: dict[str, Entry] = field(default_factory=dict)

    def run_folder(self, name: str) -> Path:
        """Run folder of a scenario, whether it is there yet or not."""
        return self.folder / name

    def run(self, options: JobOptions, workers: int, tell: Tell, reports: Reports) -> list[Outcome]:
        """Run all scenarios, as ``run_jobs`` does, and keep the record."""
        jobs = [
            Job(entry.name, Path(entry.scenario), {}, self.run_folder(entry.name), options)
            for entry in self.entries.values()
        ]
        self.entries = {name: replace(entry, state=PENDING, error="") for name, entry in self.entries.items()}
        self._write()

        def record(job: Job, news: Progress | Outcome) -> None:
            self._record(job.name, news)
            tell(job, news)

        return run_jobs(jobs, workers, record, reports=reports)

    def _record(self, name: str, news: Progress | Outcome) -> None:
        entry = self.entries[name]
        if isinstance(news, Outcome):
            self.entries[name] = replace(
                entry, state=news.state.value, error=news.error, seconds=news.seconds, peak_mb=news.peak_mb
            )
            self._tell_failure(name, news.error)
            self._write()
        elif entry.state != RUNNING:
            self.entries[name] = replace(entry, state=RUNNING)
            self._write()

    def _tell_failure(self, name: str, error: str) -> None:
        file = self.folder / FAILED / f"{name}.txt"
        if error:
            file.parent.mkdir(exist_ok=True)
            _write_whole(file, f"{self.entries[name].scenario}\n{error}\n")
        else:
            file.unlink(missing_ok=True)

    def _write(self) -> None:
        record = {"asked": asdict(self.asked), "jobs": [asdict(entry) for entry in self.entries.values()]}
        _write_whole(self.folder / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def open_batch(folder: Path, scenarios: Sequence[Path]) -> Iterator[Batch]:
    """A batch in ``folder``, which no other program works in meanwhile.

    A folder that holds a batch already goes on: its scenarios come first, and have the names they had; ``scenarios`` it
    does not know are added.

    Raises
    ------
    ScenarioError
        When the folder holds something other than a batch, another program works in it, or its record is damaged.
    """
    if folder.exists() and not (folder.is_dir() and (is_batch(folder) or _is_empty(folder))):
        finding, cure = _("this is there already, and is no batch folder"), _("choose another folder, or move it away")
        raise ScenarioError([Problem(str(folder), finding, cure)])
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        batch = _read(folder) if is_batch(folder) else Batch(folder)
        known = {entry.scenario for entry in batch.entries.values()}
        for path in dict.fromkeys(scenario.resolve() for scenario in scenarios):
            if str(path) not in known:
                name = _name_of(path, [*batch.entries, FAILED])
                batch.entries[name] = Entry(name, str(path))
        yield batch


def is_batch(folder: Path) -> bool:
    """Whether a folder holds a batch."""
    return (folder / RECORD).is_file()


def _is_empty(folder: Path) -> bool:
    """Whether nothing but our own lock is in a folder."""
    return all(path.name == ".lock" for path in folder.iterdir())


def _read(folder: Path) -> Batch:
    file = folder / RECORD
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        entries = [Entry(**job) for job in record["jobs"]]
        return Batch(folder, JobOptions(**record["asked"]), {entry.name: entry for entry in entries})
    except (ValueError, KeyError, TypeError) as error:
        finding, cure = _("the record of the batch is damaged"), _("choose another folder")
        raise ScenarioError([Problem(str(file), finding, cure)]) from error


def is_scenario(path: Path) -> bool:
    """Whether a file is a whole scenario; one that cannot be read counts, so that somebody is told."""
    try:
        return set(read_scenario(path).tree.data) >= _PARTS
    except ScenarioError:
        return True


def time_limit_of(path: Path) -> float:
    """Time limit that a scenario file states, for showing how far its job is [s]."""
    default = SolverOptions().time_limit_s
    try:
        return float(read_scenario(path).tree.data["solver"]["time_limit_s"])
    except (ScenarioError, LookupError, TypeError, ValueError, ArithmeticError):
        return default


def _name_of(path: Path, taken: Collection[str]) -> str:
    """Name of a scenario within a batch: its id, made fit for a folder; with the file's name where two share an id."""
    try:
        stated = str(read_scenario(path).tree.data["id"])
    except (ScenarioError, LookupError):
        stated = path.stem
    first = file_name(stated)
    names = [first, file_name(f"{first}-{path.stem}"), *(f"{first}-{number}" for number in range(2, len(taken) + 3))]
    used = {name.casefold() for name in taken}
    return next(name for name in names if name.casefold() not in used)


def _write_whole(file: Path, text: str) -> None:
    """Write a text file beside its place and move it there."""
    handle, scratch = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
    Path(scratch).chmod(0o644)
    Path(scratch).replace(file)
