"""What was sold of the variants of a product."""

from pydantic import Field

from server.stats.ratio import Figures


class VariantFigures(Figures):
    """What was sold of one variant."""

    variant: str
    options: dict[str, str]
    orders: int
    units: int
    gmv_minor: dict[str, int] = Field(description="by currency")
