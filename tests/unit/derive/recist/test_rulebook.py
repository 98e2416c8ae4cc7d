"""The constants, as printed in the publications."""

from trialwright.derive.recist.options import Options, read_rulebook


def test_thresholds_are_those_of_eisenhauer_2009():
    assert Options().fall_percent == 30
    assert Options().rise_percent == 20
    assert Options().rise_at_least_mm == 5
    assert Options().node_normal_below_mm == 10


def test_default_options_are_42_days_28_days_and_one_ne():
    options = Options()
    assert (options.minimum_sd_days, options.confirmation_days) == (42, 28)
    assert (options.max_not_evaluable, options.confirmation_tolerance_days) == (1, 0)
    assert not options.sd_between_prs


def test_measurable_lesions_are_10_mm_and_nodes_15_mm():
    measurable = read_rulebook()["measurable"]
    assert measurable["non_nodal_at_least_mm"] == 10
    assert measurable["node_short_axis_at_least_mm"] == 15
    assert (measurable["targets_at_most"], measurable["targets_at_most_per_organ"]) == (5, 2)


def test_every_group_of_constants_names_its_source():
    groups = [group for group in read_rulebook().values() if isinstance(group, dict)]
    assert groups
    assert all(group["source"] for group in groups)


def test_options_become_plain_numbers_for_the_compiled_loops(defaults):
    kinds = [type(value) for value in defaults._replace(confirmation_days=28.0).compiled()]
    assert kinds == [int, int, int, int, bool, int, bool, float, float, float, float, float]
