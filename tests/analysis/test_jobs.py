"""Jobs run in processes of their own: each ends as it would alone, and leaves a whole run or nothing."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from allocator.analysis.jobs import Job, JobOptions, Outcome, State, run_jobs
from allocator.i18n import use_language
from allocator.plan.run_folder import Run, read_run
from allocator.solving.base import Progress
from tests.worlds import write_world

News = list[tuple[str, Progress | Outcome]]


def named_reports(run: Run, folder: Path, language: str) -> None:
    """Reports that say which run they are of, and fail for the one whose label says so."""
    if run.case.scenario.label.en == "Unlucky":
        msg = "no ink"
        raise ValueError(msg)
    (folder / "report.txt").write_text(f"{run.case.scenario.id} {language}", encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a blank and Chinese in its name."""
    folder = tmp_path_factory.mktemp("批 量") / "运行 一"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def ended(folder: Path) -> tuple[dict[str, Outcome], News]:
    """Outcomes by name, and all that was told: good scenarios, and one of each kind of bad luck among them."""
    use_language("en")
    scenario = write_world(folder / "情景 甲")
    jobs = [
        Job("missing", folder / "missing.yaml", {}, folder / "missing"),
        Job("good", scenario, {}, folder / "good", JobOptions(workers=1)),
        Job("greedy", scenario, {}, folder / "greedy", JobOptions(memory_mb=20)),
    ]
    news: News = []
    outcomes = run_jobs(jobs, 2, lambda job, told: news.append((job.name, told)), reports=named_reports)
    use_language("zh")
    assert [outcome.job for outcome in outcomes] == jobs
    return {outcome.job.name: outcome for outcome in outcomes}, news


def test_a_job_that_fails_fails_alone(ended: tuple[dict[str, Outcome], News]) -> None:
    """Each has its own state; the good one is done."""
    assert {name: outcome.state for name, outcome in ended[0].items()} == {
        "missing": State.BAD_INPUT, "good": State.DONE, "greedy": State.FAILED,
    }  # fmt: skip


def test_what_went_wrong_is_told_in_words(ended: tuple[dict[str, Outcome], News]) -> None:
    """The words of the command line: file and cure, memory and its bound."""
    errors = {name: outcome.error for name, outcome in ended[0].items()}
    assert errors["good"] == ""
    assert "missing.yaml" in errors["missing"]
    assert "20 MB" in errors["greedy"]


def test_run_folders_are_whole_or_not_there(ended: tuple[dict[str, Outcome], News], folder: Path) -> None:
    """A run with its reports, and nothing of those that failed."""
    assert sorted(path.name for path in folder.iterdir()) == ["good", "情景 甲"]
    assert (folder / "good" / "report.txt").read_text(encoding="utf-8") == "tiny en"
    assert read_run(folder / "good").manifest["status"] in ("optimal", "gap_reached")
    assert ended[0]["good"].peak_mb > 20


def test_progress_and_outcome_are_told(ended: tuple[dict[str, Outcome], News]) -> None:
    """First that a job starts, then its phases, and its outcome last, once."""
    told = [news for name, news in ended[1] if name == "good"]
    phases = [news.phase for news in told if isinstance(news, Progress)]
    assert (phases[0], "points" in phases, phases[-1]) == ("load", True, "write")
    assert [news for news in told if isinstance(news, Outcome)] == [told[-1]] == [ended[0]["good"]]


@pytest.mark.slow
def test_a_run_is_reused_until_something_changes(ended: tuple[dict[str, Outcome], News], folder: Path) -> None:
    """The same inputs and options need no second plan; another cell, or another gap, does."""
    assert ended
    scenario = folder / "情景 甲" / "scenario.yaml"
    manifest = (folder / "good" / "manifest.json").read_bytes()

    def again(options: JobOptions) -> State:
        return run_jobs([Job("good", scenario, {}, folder / "good", options)])[0].state

    assert again(JobOptions(workers=2)) is State.REUSED
    assert (folder / "good" / "manifest.json").read_bytes() == manifest
    assert again(JobOptions(gap=0.5)) is State.DONE
    assert read_run(folder / "good").manifest["key"] not in manifest.decode()


def test_nothing_but_a_run_is_replaced(folder: Path) -> None:
    """A folder of the user's is refused, and stays."""
    own = folder.parent / "own"
    own.mkdir()
    (own / "letter.txt").write_text("dear")
    outcome = run_jobs([Job("own", folder / "情景 甲" / "scenario.yaml", {}, own)])[0]
    assert (outcome.state, (own / "letter.txt").read_text()) == (State.BAD_INPUT, "dear")


def test_jobs_do_not_share_a_folder(tmp_path: Path) -> None:
    """Refused before anything is run."""
    jobs = [Job(name, tmp_path / "x.yaml", {}, tmp_path / "same") for name in "ab"]
    with pytest.raises(ValueError, match="same folder"):
        run_jobs(jobs)


@pytest.mark.slow
def test_a_plan_outlives_its_reports(folder: Path) -> None:
    """An error of ours is told as such, and where the plan is without them."""
    use_language("en")
    scenario = write_world(folder / "情景 甲")
    job = Job("unlucky", scenario, {"label.en": "Unlucky"}, folder / "unlucky")
    outcome = run_jobs([job], reports=named_reports)[0]
    use_language("zh")
    assert outcome.state is State.FAILED
    assert "ValueError: no ink" in outcome.error
    assert "unlucky-no-reports" in outcome.error
    assert read_run(folder / "unlucky-no-reports").manifest["audit"]
    assert not (folder / "unlucky").exists()


@pytest.mark.slow
def test_a_job_whose_process_is_killed_fails_alone(folder: Path) -> None:
    """As when the system runs out of memory: it is told, and its solver does not run on."""
    solvers: list[psutil.Process] = []

    def strike(_job: Job, news: Progress | Outcome) -> None:
        if isinstance(news, Progress) and news.phase == "tasks" and not solvers:
            alive = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]
            job = next(p for p in alive if "spawn_main" in " ".join(p.cmdline()) and p.children())
            solvers.extend(job.children(recursive=True))
            job.kill()

    outcome = run_jobs([Job("struck", folder / "情景 甲" / "scenario.yaml", {}, folder / "struck")], 1, strike)[0]
    assert (outcome.state, "-9" in outcome.error) == (State.FAILED, True)
    assert solvers
    assert psutil.wait_procs(solvers, timeout=10)[1] == []
    assert not (folder / "struck").exists()
