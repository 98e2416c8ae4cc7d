"""On a cluster: the same numbers as here, and a worker killed in mid-run loses and doubles nothing."""

import os
import signal

import numpy as np
import pytest

from trialwright.design.operating import Effort, endpoint_characteristics
from trialwright.design.protocol_trials import protocol_characteristics
from trialwright.errors import ArgumentError
from trialwright.protocol.read import read_study
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.stats.event_process import Accrual, Arm, Hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.trial_model import trial_model

PIECES = Arm(Hazard((0.1, 0.05), (0.0, 4.0)), 0.004)
MODEL = trial_model(34, 33, TwoArms(PIECES, PIECES, Accrual(24.0), 12.0))


def characteristics(effort, **options):
    return endpoint_characteristics(MODEL, 0.025, effort, margins=(1.3,), seed=3, **options).sums


def protocol_level(effort, **options):
    study = read_study("nabp-cis")
    plan = make_plan(study, read_assumptions(study))
    return protocol_characteristics(plan, 0.025, effort, margins=(1.3,), seed=3, **options).sums


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


class Killer:
    """Kills a worker after the third batch."""

    def __init__(self, client, trials):
        self.client, self.trials, self.batches = client, trials, 0

    def told(self, sums, share_done):
        assert sums.trials <= self.trials * share_done
        self.batches += 1
        if self.batches == 3:
            os.kill(next(iter(self.client.run(os.getpid).values())), signal.SIGKILL)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("simulated", "trials"),
    [(characteristics, 60_000), (protocol_level, 14_000)],
    ids=["endpoint", "protocol"],
)
def test_a_killed_worker_changes_nothing(cluster, simulated, trials):
    from trialwright.design.cluster import OnCluster, connect

    effort = Effort(trials)
    client = connect(cluster.scheduler_address)
    killer = Killer(client, trials)
    found = simulated(effort, runner=OnCluster(client), watcher=killer)
    client.close()
    assert killer.batches > 3
    assert np.array_equal(found.sums, simulated(effort).sums)
    assert found.trials == trials
