"""The SQL of stock-taking: what each product says of itself, and what its orders, its holds and the rows of its movements say."""

from sqlalchemy import text

# One statement sees one moment: an order, a hold and their units are one transaction. What was imported was never taken from this stock.
# Of `moved` only movements that are numbered are known; `entered` is all that ever came in, of a product that was made with a row.
_COUNTED = """
    SELECT p.id, p.title, p.stock, p.held, p.sold, p.stock_moves,
           (coalesce(o.units, 0) - coalesce(b.units, 0))::int AS ordered, coalesce(b.units, 0)::int AS returned,
           coalesce(h.units, 0)::int AS in_holds,
           coalesce(c.rows, 0) + coalesce(s.rows, 0) + coalesce(m.rows, 0) AS rows,
           coalesce(m.held, 0)::int AS held_by_rows, CASE WHEN c.made THEN c.delta END AS entered,
           p.waiting, coalesce(w.places, 0)::int AS in_line, coalesce(c.returned, 0)::int AS returned_by_rows
    FROM product AS p
    LEFT JOIN (SELECT product_id, sum(quantity) AS units FROM orders
               WHERE payment <> 'imported' AND {of} GROUP BY 1) AS o ON o.product_id = p.id
    LEFT JOIN (SELECT l.product_id, sum(l.quantity) AS units FROM hold_line AS l JOIN hold ON hold.id = l.hold_id
               WHERE hold.state = 'placed' AND {of} GROUP BY 1) AS h ON h.product_id = p.id
    LEFT JOIN (SELECT l.product_id, sum(l.quantity) AS units FROM refund_line AS l JOIN refund ON refund.id = l.refund_id
               WHERE l.restock AND refund.state = 'done' AND {of} GROUP BY 1) AS b ON b.product_id = p.id
    LEFT JOIN (SELECT product_id, count(*) AS rows, sum(delta) FILTER (WHERE refund_id IS NULL) AS delta,
                      sum(delta) FILTER (WHERE refund_id IS NOT NULL) AS returned,
                      bool_or(move = 1 AND reason IN ('created', 'import')) AS made
               FROM stock_change WHERE {of} GROUP BY 1) AS c ON c.product_id = p.id
    LEFT JOIN (SELECT product_id, count(*) AS rows FROM stock_sale GROUP BY 1) AS s ON s.product_id = p.id
    LEFT JOIN (SELECT product_id, count(*) AS rows, sum(CASE kind WHEN 'place' THEN quantity ELSE -quantity END) AS held
               FROM stock_held GROUP BY 1) AS m ON m.product_id = p.id
    LEFT JOIN (SELECT product_id, count(*) AS places FROM waitlist_place
               WHERE state = 'waiting' AND {of} GROUP BY 1) AS w ON w.product_id = p.id
"""
WRONG = """
    stock < 0 OR sold <> ordered OR held <> in_holds OR held <> held_by_rows OR rows <> stock_moves OR returned <> returned_by_rows
    OR coalesce(entered <> stock + held + sold, false) OR waiting <> in_line
"""
_ALL, _OF_CHANNEL = _COUNTED.format(of="true"), _COUNTED.format(of="channel_id = :channel")
DISAGREEING = text(f"SELECT * FROM ({_ALL}) AS p WHERE {WRONG} ORDER BY id")
COUNT_CHANNEL = text(
    f"""
    SELECT p.*, ({WRONG}) AS wrong FROM ({_OF_CHANNEL} WHERE p.channel_id = :channel) AS p
    WHERE CAST(:after AS text) IS NULL OR id > CAST(:after AS text) ORDER BY id LIMIT :limit
    """
)
COUNT_WRONG = text(f"SELECT count(*) FROM ({_OF_CHANNEL} WHERE p.channel_id = :channel) AS p WHERE {WRONG}")
# A sale, or a hold, locks product rows before it writes, so none is half-way while this is held.
LOCK_SHOP = text("LOCK TABLE product IN EXCLUSIVE MODE")
# Orders are right, each was paid, and holds are right, each was promised: what is free is what is left of what is on hand.
REPAIR_STOCK = text(
    f"""
    UPDATE product SET sold = c.ordered, held = c.in_holds, waiting = c.in_line,
        stock = greatest(0, c.stock + c.held + c.sold - c.ordered - c.in_holds)
    FROM ({_ALL}) AS c
    WHERE product.id = c.id AND c.id = ANY(:ids) AND (c.sold <> c.ordered OR c.held <> c.in_holds OR c.waiting <> c.in_line)
    """
)
