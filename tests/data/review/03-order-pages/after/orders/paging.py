"""Paged listing of a customer's orders."""
from dataclasses import dataclass


@dataclass
class Page:
    items: list
    number: int
    has_next: bool

    def links(self, path):
        """Relative links to the neighbouring pages, for the JSON response."""
        links = {}
        if self.number > 1:
            links["prev"] = f"{path}?page={self.number - 1}"
        if self.has_next:
            links["next"] = f"{path}?page={self.number + 1}"
        return links


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
        # The COUNT(*) took longer than the page itself for large customers.
        offset = (number - 1) * self.size
        items = self.repo.fetch(customer_id, offset=offset, limit=self.size)
        return Page(items, number, has_next=len(items) == self.size)
