"""Diagnosis: search for the edit that makes a wrong gradient right, confirmed by running it."""

from whygrad.diagnosis.findings import CheckResult, Edit, Finding, Repair
from whygrad.diagnosis.rounds import check_file, check_program

__all__ = ["CheckResult", "Edit", "Finding", "Repair", "check_file", "check_program"]
