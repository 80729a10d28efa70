"""`make bench`: what Sluicegate costs, beside peers that do the same job, measured in one run."""
