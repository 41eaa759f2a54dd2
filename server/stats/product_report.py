"""Parts of a product's figures: totals, and what was sold of each variant."""

from pydantic import Field

from server.stats.ratio import Figures


class VariantFigures(Figures):
    """What was sold of one variant."""

    variant: str
    options: dict[str, str]
    orders: int
    units: int
    gmv_minor: dict[str, int] = Field(description="by currency")


class ProductTotals(Figures):
    """What was done with a product."""

    impressions: int
    clicks: int
    orders: int
    units: int
