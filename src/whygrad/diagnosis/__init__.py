"""Diagnosis: search for the edit that makes a wrong gradient right, confirmed by running it."""

from whygrad.diagnosis.files import check_file, check_program
from whygrad.diagnosis.findings import CheckResult, Edit, Finding, Repair

__all__ = ["CheckResult", "Edit", "Finding", "Repair", "check_file", "check_program"]
