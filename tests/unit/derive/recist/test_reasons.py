"""The reason of each response, word by word."""

import datetime as dt

import pytest

from trialwright.derive.recist import BestReasons, Names, Options, VisitReasons
from trialwright.derive.recist.wording import percent_change

EPOCH = dt.date(1970, 1, 1)


def days(*dates):
    return [(dt.date.fromisoformat(date) - EPOCH).days for date in dates]


WHEN = days("2020-09-01", "2020-12-01", "2021-03-04", "2021-05-05")


def last_reason(story, *visits, names=None, options=None, **facts):
    told = story(*visits, days=WHEN[: len(visits)], options=options, **facts)
    points = told.result.time_points
    teller = VisitReasons(told.histories, points, options or Options(), names or Names())
    return teller.all()[-1]


def test_progression_names_the_rise_and_the_nadir_with_its_date(story):
    assert last_reason(story, "60", "42", "55") == (
        "PD on 2021-03-04: sum 55 mm, +13 mm (+31 %) above nadir 42 mm of 2020-12-01"
    )


def test_partial_response_names_the_fall_from_baseline(story):
    assert last_reason(story, "60 40", "20 20") == (
        "PR on 2020-12-01: sum 40 mm, −60 mm (−60 %) from baseline 100 mm"
    )


def test_not_evaluable_names_the_lesion(story):
    names = Names(lesions=["T01", "T02", "T03"])
    assert last_reason(story, "20 20 20", "20 - 20", names=names) == (
        "NE on 2020-12-01: 1 of 3 target lesions not evaluable (T02)"
    )
    assert last_reason(story, "20 20 20", "- - -", names=names) == (
        "NE on 2020-12-01: none of 3 target lesions evaluable"
    )


def test_a_new_lesion_is_named_with_its_place(story):
    names = Names(new_lesions={1: "liver"})
    assert last_reason(story, "50", "50", new="no new", names=names) == (
        "PD on 2020-12-01: new lesion (liver)"
    )


def test_an_equivocal_new_lesion_names_its_confirmation(story):
    told = story("50", "50", "50", new="no ? new", days=WHEN[:3])
    text = VisitReasons(told.histories, told.result.time_points).text(1)
    assert text == "PD on 2020-12-01: new lesion, equivocal here and confirmed on 2021-03-04"
    assert last_reason(story, "50", "50", new="no ?") == (
        "SD on 2020-12-01: sum 50 mm, ±0 mm (±0 %) from baseline 50 mm; "
        "an equivocal new lesion is not counted"
    )


def test_all_causes_of_progression_are_told(story):
    text = last_reason(
        story,
        "50",
        "70",
        new="no new",
        non_target="NON-CR/NON-PD PD",
        names=Names(non_targets={1: "ascites"}),
    )
    assert text == (
        "PD on 2020-12-01: sum 70 mm, +20 mm (+40 %) above nadir 50 mm of 2020-09-01; "
        "unequivocal progression of non-target lesions (ascites); new lesion"
    )


def test_a_partial_sum_that_progressed_says_what_was_missing(story):
    assert last_reason(story, "20 20", "60 -") == (
        "PD on 2020-12-01: sum 60 mm although 1 of 2 target lesions not evaluable (target lesion 2), "
        "+20 mm (+50 %) above nadir 40 mm of 2020-09-01"
    )


def test_a_rise_from_nothing_has_no_percentage(story):
    text = last_reason(story, "50", "0", "8")
    assert text == "PD on 2021-03-04: sum 8 mm, +8 mm above nadir 0 mm of 2020-12-01"


def test_reappearance_names_the_lesion(story):
    again, names = Options(reappearance_after_cr_is_pd=True), Names(lesions=["T01", "T02"])
    assert last_reason(story, "50 20", "0 8", "3 9", nodes="2", names=names, options=again) == (
        "PD on 2021-03-04: T01 (3 mm) seen again after CR"
    )
    states = "NON-CR/NON-PD CR NON-CR/NON-PD"
    assert last_reason(story, "50", "0", "0", non_target=states, options=again) == (
        "PD on 2021-03-04: non-target disease seen again after CR"
    )


@pytest.mark.parametrize(
    ("visits", "facts", "text"),
    [
        (("50", "0"), {}, "CR on 2020-12-01: every target lesion gone"),
        (
            ("50 20", "0 9"),
            {"nodes": "2"},
            "CR on 2020-12-01: every target lesion gone (sum 9 mm: nodes below 10 mm)",
        ),
        (
            ("50", "0"),
            {"non_target": "NON-CR/NON-PD CR"},
            "CR on 2020-12-01: every target lesion gone, and every non-target lesion",
        ),
        (
            ("50", "0"),
            {"non_target": "NON-CR/NON-PD NON-CR/NON-PD"},
            "PR on 2020-12-01: every target lesion gone, but non-target lesions persist",
        ),
        (
            ("50", "0"),
            {"non_target": "NON-CR/NON-PD NE"},
            "PR on 2020-12-01: every target lesion gone, but non-target lesions not all evaluated",
        ),
        (("50", "45"), {}, "SD on 2020-12-01: sum 45 mm, −5 mm (−10 %) from baseline 50 mm"),
        (
            ("50", "40", "44"),
            {},
            (
                "SD on 2021-03-04: sum 44 mm, −6 mm (−12 %) from baseline 50 mm, "
                "+4 mm (+10 %) from nadir 40 mm of 2020-12-01"
            ),
        ),
        (
            ("20", "15", "19"),
            {},
            (
                "SD on 2021-03-04: sum 19 mm, −1 mm (−5 %) from baseline 20 mm, "
                "+4 mm (+27 %) from nadir 15 mm of 2020-12-01: less than 5 mm above nadir"
            ),
        ),
        (("100", "70.4"), {}, "SD on 2020-12-01: sum 70.4 mm, −29.6 mm (−29.6 %) from baseline 100 mm"),
        (
            ("0", "0"),
            {},
            "NE on 2020-12-01: no measurable disease at baseline: every target lesion already as in CR",
        ),
        (
            ("20 -", "20 20"),
            {},
            (
                "NE on 2020-12-01: no complete baseline sum: "
                "1 of 2 target lesions not evaluable (target lesion 2)"
            ),
        ),
        (("20", "20"), {"has_baseline": False}, "NE on 2020-12-01: no baseline assessment"),
        (
            ("", ""),
            {"non_target": "NON-CR/NON-PD CR"},
            "CR on 2020-12-01: every non-target lesion gone, no target lesions",
        ),
        (
            ("", ""),
            {"non_target": "NON-CR/NON-PD NON-CR/NON-PD"},
            "NON-CR/NON-PD on 2020-12-01: non-target lesions persist, no target lesions",
        ),
        (
            ("", ""),
            {"non_target": "NON-CR/NON-PD NE"},
            "NE on 2020-12-01: non-target lesions not all evaluated, no target lesions",
        ),
        (("", ""), {}, "NED on 2020-12-01: no disease at baseline and no new lesion"),
        (
            ("60 40",),
            {"non_target": "NON-CR/NON-PD"},
            "Baseline on 2020-09-01: sum 100 mm of 2 target lesions, non-target disease",
        ),
        (("60",), {}, "Baseline on 2020-09-01: sum 60 mm of 1 target lesion"),
        (("",), {}, "Baseline on 2020-09-01: no target lesions"),
        (("60 -",), {}, "Baseline on 2020-09-01: 1 of 2 target lesions not evaluable (target lesion 2)"),
    ],
)
def test_reason_of_every_other_time_point(story, visits, facts, text):
    assert last_reason(story, *visits, **facts) == text


def test_rounding_never_carries_a_percentage_across_its_threshold():
    assert percent_change(119.96, 100, (20, -30)) == "+19.96 %"
    assert percent_change(119.6, 100, (20, -30)) == "+19.6 %"
    assert percent_change(120, 100, (20, -30)) == "+20 %"
    assert percent_change(70.3, 100, (20, -30)) == "−29.7 %"
    assert percent_change(69.7, 100, (20, -30)) == "−30 %"


def tell_best(recorded, text, **facts):
    options = facts.get("options") or Options()
    best = recorded(text, **facts)
    visits = len(text.split())
    when = facts.get("days") or range(42, 42 * (visits + 1), 42)
    teller = BestReasons(list(when), best.result, options)
    return teller.unconfirmed(0), teller.confirmed(0)


D = days("2021-03-04", "2021-04-15", "2021-05-27", "2021-07-08")
START = D[0] - 42


SD_DESPITE_PR = (
    "SD as confirmed best response: PR on 2021-03-04 was not confirmed, {}; "
    "PR on 2021-03-04, at least 42 days after the reference date"
)
CONFIRMED_PR = "PR as confirmed best response: PR on 2021-03-04, confirmed by {}"
CONFIRMED = {
    "PR PR": CONFIRMED_PR.format("PR on 2021-04-15"),
    "PR CR": CONFIRMED_PR.format(
        "CR on 2021-04-15; CR on 2021-04-15 was not confirmed, no assessment that counts followed"
    ),
    "PR PR CR": CONFIRMED_PR.format(
        "PR on 2021-04-15; CR on 2021-05-27 was not confirmed, no assessment that counts followed"
    ),
    "PR PD": SD_DESPITE_PR.format("next assessment on 2021-04-15 was PD"),
    "PR NE PD": SD_DESPITE_PR.format("next evaluable assessment on 2021-05-27 was PD"),
    "PR": SD_DESPITE_PR.format("no assessment that counts followed"),
    "PR NE": SD_DESPITE_PR.format("only not evaluable assessments followed, up to 2021-04-15"),
    "PR NE NE PR": SD_DESPITE_PR.format("more than 1 not evaluable before it could be, by 2021-05-27"),
    "PD": (
        "PD as confirmed best response: PD on 2021-03-04, "
        "and no stable disease or better at least 42 days after the reference date before it"
    ),
    "": "MISSING as confirmed best response: no assessment that counts",
}


@pytest.mark.parametrize(("text", "confirmed"), CONFIRMED.items())
def test_reason_of_the_confirmed_best_response(recorded, text, confirmed):
    when = D[: len(text.split())]
    assert tell_best(recorded, text, days=when, reference=START)[1] == confirmed


@pytest.mark.parametrize(
    ("text", "when", "reason"),
    [
        ("PR PR", (0, 20), "no response at least 28 days later up to the last assessment on 1970-01-21"),
        ("PR CR PR", (0, 14, 42), "a CR after it was followed by PR on 1970-02-12"),
        ("PR PR SD", (0, 14, 42), "SD on 1970-02-12 came before a response 28 days later"),
    ],
)
def test_reason_of_a_response_that_did_not_last(recorded, text, when, reason):
    assert reason in tell_best(recorded, text, days=when)[1]


def test_reason_of_the_unconfirmed_best_response(recorded):
    assert tell_best(recorded, "SD PR", days=D[:2], reference=START)[0] == (
        "PR as best response: first on 2021-04-15"
    )
    assert tell_best(recorded, "SD", days=D[:1], reference=START + 1)[0] == (
        "NE as best response: assessed first on 2021-03-04, "
        "but no stable disease or better at least 42 days after the reference date"
    )
    assert tell_best(recorded, "NED", days=D[:1], reference=START)[0] == (
        "NED as best response: no disease at baseline and none since, first on 2021-03-04"
    )
