"""What all parts of a report are made of."""

from pydantic import BaseModel, ConfigDict, Field


class Figures(BaseModel):
    """What all parts of a report share: they cannot be changed once made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ratio(Figures):
    """`part` of `whole`, with both beside the quotient, so that a reader sees how much it rests on."""

    part: int
    whole: int
    share: float | None = Field(description="part ÷ whole; null when whole is 0")

    @classmethod
    def of(cls, part: int, whole: int) -> "Ratio":
        """Return the ratio; `share` is None when there is nothing to divide by."""
        return cls(part=part, whole=whole, share=part / whole if whole else None)
