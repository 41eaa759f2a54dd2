"""What is left and what was sold of a product stay one number that SQL can hold. NOT VALID, as all rules on tables with rows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PRODUCT = sa.table("product", sa.column("stock", sa.Integer()), sa.column("sold", sa.Integer()))
UNITS_MAX = 2**31 - 1
"""The columns hold no more each; a restock fills up to less than half of it."""


def upgrade() -> None:
    # A sale moves units and leaves the sum, so a row beyond it could not be sold from: what cannot be counted is not there.
    beyond = sa.cast(PRODUCT.c.stock, sa.BigInteger()) + PRODUCT.c.sold > UNITS_MAX
    op.execute(sa.update(PRODUCT).where(beyond).values(stock=sa.func.greatest(UNITS_MAX - PRODUCT.c.sold, 0)))
    rule = f"stock::bigint + sold <= {UNITS_MAX}"
    op.execute(f"ALTER TABLE product ADD CONSTRAINT product_units CHECK ({rule}) NOT VALID")


def downgrade() -> None:
    op.execute("ALTER TABLE product DROP CONSTRAINT product_units")
