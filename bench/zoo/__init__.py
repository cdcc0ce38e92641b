"""The zoo: correct backward passes, mutants of them with known causes, and how many of them are found."""
