"""The rulebook of SDTM is consistent in itself and with what regulators accept."""

from __future__ import annotations

import pytest

from trialwright.standards import ColumnKind, domain_contract, sdtm_domains
from trialwright.terminology import LesionGroup, Response, ResponseTest, TumourTest, codelists

DOMAINS = sdtm_domains()


@pytest.mark.parametrize(
    "name",
    [
        "DM",
        "DS",
        "EX",
        "TU",
        "TR",
        "RS",
        "AE",
        "LB",
        "VS",
        "CM",
        "PR",
        "MH",
        "SS",
        "DD",
        "TA",
        "TE",
        "TV",
        "TI",
    ],
)
def test_the_domain_is_known(name):
    assert domain_contract(name) is not None


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_names_and_labels_fit_sas_transport_version_5(name):
    for column in DOMAINS[name].columns:
        assert len(column.name) <= 8
        assert len(column.label) <= 40


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_keys_needs_terms_and_code_lists_exist(name):
    contract = DOMAINS[name]
    names = [column.name for column in contract.columns]
    assert len(names) == len(set(names))
    assert set(contract.keys) | set(contract.needs) <= set(names)
    assert {term.when for term in contract.terms} | {term.column for term in contract.terms} <= set(names)
    lists = {column.codelist for column in contract.columns} | {term.codelist for term in contract.terms}
    assert lists - {""} <= set(codelists())


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_dates_end_with_dtc_and_nothing_else_does(name):
    for column in DOMAINS[name].columns:
        assert (column.kind is ColumnKind.DATE) == column.name.endswith("DTC")


def test_every_supplemental_domain_has_the_same_columns():
    first, second = domain_contract("SUPPDM"), domain_contract("SUPPAE")
    assert first is not None
    assert second is not None
    assert first.columns == second.columns
    assert domain_contract("SUPPXX") is None


def test_enums_are_terms_of_their_lists():
    lists = codelists()
    assert {term.value for term in Response} == set(lists["response"].terms)
    assert {term.value for term in LesionGroup} <= set(lists["tumour_identification"].terms)
    assert {term.value for term in TumourTest} <= set(lists["tumour_test"].terms)
    assert {term.value for term in ResponseTest} <= set(lists["response_test"].terms)


def test_synonyms_lead_to_terms():
    for codelist in codelists().values():
        assert set(codelist.synonyms.values()) <= set(codelist.terms)
        assert codelist.source


def test_what_was_probably_meant():
    lists = codelists()
    assert lists["sex"].suggestion("female") == "F"
    assert lists["response"].suggestion("Partial  Response") == "PR"
    assert lists["response"].suggestion("better") == ""
