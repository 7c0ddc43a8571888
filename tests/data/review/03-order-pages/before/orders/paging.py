"""Paged listing of a customer's orders."""
from dataclasses import dataclass


@dataclass
class Page:
    items: list
    number: int
    has_next: bool


class OrderListing:
    def __init__(self, repo, size=25):
        if size < 1:
            raise ValueError("page size must be positive")
        self.repo = repo
        self.size = size

    def page(self, customer_id, number=1):
        """Orders of one customer, newest first; pages are numbered from 1."""
        if number < 1:
            raise ValueError("page numbers start at 1")
        offset = (number - 1) * self.size
        total = self.repo.count(customer_id)
        items = self.repo.fetch(customer_id, offset=offset, limit=self.size)
        return Page(items, number, has_next=offset + len(items) < total)
