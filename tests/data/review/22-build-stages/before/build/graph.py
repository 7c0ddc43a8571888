"""Ordering of build tasks."""


class TaskGraph:
    def __init__(self, needs):
        #: task -> the tasks that have to be finished before it
        self.needs = needs

    def stages(self):
        """Earliest stage of every task; tasks of one stage run in parallel."""
        known = {}

        def visit(task):
            if task not in known:
                before = [visit(need) for need in self.needs[task]]
                known[task] = max(before, default=-1) + 1
            return known[task]

        for task in self.needs:
            visit(task)
        return known
