"""On a cluster: the same numbers as here, and a worker killed in mid-run loses and doubles nothing."""

import os
import signal

import numpy as np
import pytest

from trialwright.design.operating import Effort, endpoint_characteristics
from trialwright.errors import ArgumentError
from trialwright.stats.event_process import Accrual, Arm, Hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.trial_model import trial_model

PIECES = Arm(Hazard((0.1, 0.05), (0.0, 4.0)), 0.004)
MODEL = trial_model(34, 33, TwoArms(PIECES, PIECES, Accrual(24.0), 12.0))


def characteristics(effort, **options):
    return endpoint_characteristics(MODEL, 0.025, effort, margins=(1.3,), seed=3, **options).sums


def test_without_a_scheduler_the_message_says_so():
    from trialwright.design.cluster import connect

    with pytest.raises(ArgumentError, match="--scheduler"):
        connect("tcp://127.0.0.1:1")


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


@pytest.mark.filterwarnings("default")
def test_a_killed_worker_changes_nothing(cluster):
    from trialwright.design.cluster import OnCluster, connect

    effort = Effort(60_000)
    client = connect(cluster.scheduler_address)

    class Killer:
        """Kills a worker after the third batch."""

        def __init__(self):
            self.batches = 0

        def told(self, sums, share_done):
            assert sums.trials <= 60_000 * share_done
            self.batches += 1
            if self.batches == 3:
                os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    found = characteristics(effort, runner=OnCluster(client), watcher=Killer())
    client.close()
    assert np.array_equal(found.sums, characteristics(effort).sums)
    assert found.trials == 60_000
