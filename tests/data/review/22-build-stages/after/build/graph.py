"""Ordering of build tasks."""


class CycleError(Exception):
    """A task needs itself, directly or through other tasks."""


class TaskGraph:
    def __init__(self, needs):
        #: task -> the tasks that have to be finished before it
        self.needs = needs

    def stages(self):
        """Earliest stage of every task; tasks of one stage run in parallel."""
        active = set()

        def visit(task):
            if task in active:
                raise CycleError(task)
            active.add(task)
            before = [visit(need) for need in self.needs[task]]
            active.remove(task)
            return max(before, default=-1) + 1

        return {task: visit(task) for task in self.needs}
