import { dateTime, money } from "../../shared/format";
import { soldAs } from "../../shared/sold_as";
import { Button } from "../../shared/ui/button";
import { t } from "../late_text";
import { mineFailed, myOrders, retryMine } from "../me";
import { products } from "../session";
import { ProductPicture } from "./product_card";
import { ReceiptButtons } from "./receipt";

export function Orders() {
  const orders = myOrders.value;
  return (
    <div class="pane">
      <div class="pane-scroll" data-testid="orders">
        {mineFailed.value && (
          <p class="notice">
            <span>{t("orders.failed")}</span>
            <Button size="small" onClick={() => void retryMine()}>
              {t("retry")}
            </Button>
          </p>
        )}
        <ul>
          {orders.map((order) => {
            const product = soldAs(products.value, order.product);
            return (
              <li class="order" key={order.order} data-testid="order" data-order={order.order}>
                {product && <ProductPicture product={product} size={56} />}
                <div>
                  <h2 class="product-title">{product?.title ?? order.product}</h2>
                  <p class="hint">
                    {t.count("orders.quantity", order.quantity)} {"·"} <time dateTime={order.at}>{dateTime(order.at)}</time>
                  </p>
                  <p class="hint" data-testid="order-number">
                    {t("buy.done.order", { order: order.number })}
                  </p>
                </div>
                <strong class="price">{money(order.amount, order.currency)}</strong>
                <ReceiptButtons order={order} />
              </li>
            );
          })}
        </ul>
        {orders.length === 0 && !mineFailed.value && (
          <div class="empty">
            <h2>{t("orders.empty.title")}</h2>
            <p>{t("orders.empty.text")}</p>
          </div>
        )}
      </div>
    </div>
  );
}
