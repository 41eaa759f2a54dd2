"""The SQL of stock-taking."""

from sqlalchemy import text

# One statement sees one moment: an order and its units are one transaction.
# What was imported was never taken from this stock.
DISAGREEING = text(
    """
    SELECT p.id, p.stock, p.sold, coalesce(o.units, 0)::int AS ordered
    FROM product p LEFT JOIN (
        SELECT product_id, sum(quantity) AS units FROM orders WHERE payment <> 'imported' GROUP BY product_id) o ON o.product_id = p.id
    WHERE p.stock < 0 OR p.sold <> coalesce(o.units, 0) ORDER BY p.id
    """
)
# A sale locks product rows before it writes, so none is half-way while this is held.
LOCK_SHOP = text("LOCK TABLE product IN EXCLUSIVE MODE")
REPAIR_STOCK = text(
    """
    UPDATE product SET sold = o.units, stock = greatest(0, stock + sold - o.units)
    FROM (SELECT p.id, coalesce(sum(orders.quantity), 0)::int AS units
          FROM product p LEFT JOIN orders ON orders.product_id = p.id AND orders.payment <> 'imported'
          WHERE p.id = ANY(:ids) GROUP BY p.id) o
    WHERE product.id = o.id
    """
)
