from __future__ import annotations

import datetime
import decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, status
from pydantic import BaseModel, Field, computed_field, field_validator

router = APIRouter(prefix="/orders", tags=["orders"])
STORE: dict[int, Order] = {}


class Line(BaseModel):
    article: str = Field(min_length=2)
    price: decimal.Decimal = Field(gt=0)
    kind: Literal["food", "tool"] = "tool"


class Order(BaseModel):
    number: int
    lines: list[Line]
    day: datetime.date | None = None

    @field_validator("number")
    @classmethod
    def positive(cls, value):
        if value <= 0:
            raise ValueError("numbers start at one")
        return value

    @computed_field
    @property
    def total(self) -> decimal.Decimal:
        return sum((line.price for line in self.lines), decimal.Decimal(0))


def page(limit: Annotated[int, Query(ge=1, le=50)] = 10):
    return limit


@router.post("", status_code=status.HTTP_201_CREATED)
async def create(order: Order) -> Order:
    STORE[order.number] = order
    return order


@router.get("")
def listing(limit: Annotated[int, Depends(page)]) -> list[Order]:
    return sorted(STORE.values(), key=lambda order: order.number)[:limit]


@router.get("/{number}")
def read(number: int) -> Order:
    if number not in STORE:
        raise HTTPException(404, f"no order {number}")
    return STORE[number]
