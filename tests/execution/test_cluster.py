"""A real Dask cluster: the same bytes as here, whichever of its parts is killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from costmodel.execution import cluster as cluster_module
from costmodel.execution.cluster import Cluster, ClusterLostError, NoClusterError
from costmodel.execution.runner import run_tasks
from costmodel.execution.store import Store
from tests.execution.pieces_of_work import SHARED, digested, expected, refused, task, tasks, where
from tests.execution.real_cluster import RealCluster

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    with RealCluster(tmp_path_factory.mktemp("dask") / "cluster", workers=2) as started:
        yield started


@pytest.fixture
def place(real: RealCluster) -> Cluster:
    return Cluster(real.address, timeout=30)


def test_it_gives_the_same_results_in_the_same_order(place: Cluster) -> None:
    mixed = [task(number, 0.01 * (number % 3)) for number in range(60)]
    assert list(run_tasks(digested, SHARED, mixed, place=place)) == expected(60)


def test_all_workers_work(place: Cluster, real: RealCluster) -> None:
    found = {int(result) for result in run_tasks(where, SHARED, tasks(60), place=place)}
    assert found == {worker.pid for worker in real.workers}


def test_an_error_on_a_worker_is_raised_as_it_is(place: Cluster) -> None:
    with pytest.raises(ArithmeticError, match="the third is a defect"):
        list(run_tasks(refused, SHARED, tasks(20), place=place))


def test_a_run_that_is_given_up_frees_the_workers(place: Cluster) -> None:
    results = run_tasks(digested, SHARED, [task(0), *tasks(10, 60.0)[1:]], place=place)
    next(results)
    time.sleep(0.2)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 2
    assert list(run_tasks(digested, SHARED, tasks(3), place=place)) == expected(3)
    assert time.monotonic() - began < 10


def test_other_versions_on_a_worker_are_refused(place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cluster_module, "difference", lambda here, there: f"numpy is {there['numpy']} and not 0"
    )
    with pytest.raises(
        NoClusterError, match=r"on worker tcp://.*, numpy is [\d.]+ and not 0; install the same"
    ):
        list(run_tasks(digested, SHARED, tasks(3), place=place))


def test_a_worker_killed_in_the_middle_changes_nothing(place: Cluster, real: RealCluster) -> None:
    found = []
    for result in run_tasks(digested, SHARED, tasks(60, 0.05), place=place):
        found.append(result)
        if len(found) == 10:
            real.workers[0].kill()
    assert found == expected(60)


def test_a_worker_that_comes_later_is_handed_what_is_shared(place: Cluster, real: RealCluster) -> None:
    results = run_tasks(where, SHARED, tasks(5000), place=place)
    next(results)
    late = real.add_worker()
    assert str(late.pid).encode() in results
    results.close()


def test_a_scheduler_killed_in_the_middle_costs_only_what_was_not_finished(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        with RealCluster(tmp_path / "first", workers=1) as first:
            results = run_tasks(
                digested, SHARED, tasks(40, 0.05), place=Cluster(first.address, 30), store=store
            )
            next(results)
            first.scheduler.kill()
            with pytest.raises(
                ClusterLostError, match=r"scheduler .*; \d+ of 40 tasks were finished"
            ) as lost:
                list(results)
        finished = len(store)
        assert lost.value.done == finished
        assert 0 < finished < 40
        counted: dict[int, bool] = {}
        with RealCluster(tmp_path / "second", workers=1) as second:
            again = run_tasks(
                digested,
                SHARED,
                tasks(40),
                place=Cluster(second.address, 30),
                store=store,
                on_done=counted.__setitem__,
            )
            assert list(again) == expected(40)
        assert sum(counted.values()) == finished
        assert len(counted) == 40


def test_where_nobody_answers_it_says_how_to_start_a_scheduler() -> None:
    with pytest.raises(
        NoClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 .*dask worker"
    ):
        list(run_tasks(digested, SHARED, tasks(3), place=Cluster("tcp://127.0.0.1:9", timeout=0.2)))


@pytest.mark.parametrize("address", ["nonsense", "host:8786", "tcp://host", "carrier-pigeon://host:1"])
def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(NoClusterError, match="is no address of a scheduler"):
        list(run_tasks(digested, SHARED, tasks(3), place=Cluster(address)))


def test_certificates_that_are_missing_are_asked_for() -> None:
    with pytest.raises(NoClusterError, match="needs certificates"):
        list(run_tasks(digested, SHARED, tasks(3), place=Cluster("tls://127.0.0.1:8786")))


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoClusterError, match=r"pip install 'care-costmodel\[cluster\]'"):
        list(run_tasks(digested, SHARED, tasks(3), place=Cluster("tcp://127.0.0.1:8786")))
