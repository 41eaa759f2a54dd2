import { describe, expect, it } from "vitest";
import type { HeldStock, Payment, PaymentState } from "../../sdk";
import { laterHold, laterOf, standingOf } from "../../viewer/shop/checkout/standing";

const NOON = Date.parse("2026-11-26T12:00:00Z");
const HELD: HeldStock = {
  hold: "h_1",
  state: "placed",
  lines: [{ product: "p_1", quantity: 1, price: 1000 }],
  amount: 1000,
  currency: "JPY",
  placed_at: "2026-11-26T12:00:00Z",
  expires_at: "2026-11-26T12:05:00Z",
};
const paid = (state: PaymentState, more: Partial<Payment> = {}): Payment => ({
  payment: "pay_1",
  hold: "h_1",
  state,
  amount: 1000,
  currency: "JPY",
  ...more,
});
const is = (hold: Partial<HeldStock>, payments: Payment[] = [], after = 0) =>
  standingOf({ ...HELD, ...hold }, payments, NOON + after * 1000).is;

describe("how a hold stands", () => {
  it("is open until its time is over, however often a payment failed", () => {
    const failed = paid("failed", { why: "declined" });
    expect(is({}, [], 299)).toBe("open");
    expect(standingOf(HELD, [failed, paid("cancelled")], NOON)).toMatchObject({ is: "open", failed: "declined" });
    expect(standingOf(HELD, [paid("cancelled"), failed], NOON)).toMatchObject({ is: "open", failed: null });
    expect(is({}, [failed], 300)).toBe("over");
  });

  it("is not over while a payment is open", () => {
    expect(is({ paying: true }, [paid("pending", { redirect: "/pay" })], 900)).toBe("going");
    expect(is({ paying: true }, [paid("pending", { redirect: "/pay", pay_by: "2026-11-27T12:00:00Z" })], 900)).toBe("later");
    expect(is({ paying: true }, [paid("created")], 900)).toBe("waiting");
    expect(is({ paying: true }, [], 900)).toBe("waiting");
  });

  it("is an order by any payment that was taken, whatever another of them came to", () => {
    expect(standingOf(HELD, [paid("refunded", { why: "conflict" }), paid("captured", { order: "o_1" })], NOON)).toEqual({
      is: "ordered",
      order: "o_1",
    });
    expect(is({ state: "confirmed", order: "o_1" })).toBe("ordered");
  });

  it("says that money goes back, and lets a hold that still stands be paid", () => {
    const late = paid("refunding", { why: "given_up" });
    expect(standingOf(HELD, [late], NOON)).toMatchObject({ is: "open", returned: late });
    expect(is({ state: "expired" }, [late])).toBe("returning");
    expect(is({ state: "released" }, [paid("refunded", { why: "given_up" })])).toBe("returned");
  });
});

describe("what goes to who pays first", () => {
  const first: Partial<HeldStock> = { first_paid: true };

  it("is sold out for who came too late, whichever of both pushes comes first", () => {
    const late = paid("failed", { why: "sold_out" });
    for (const [hold, payments] of [
      [{ ...first }, [late]],
      [{ ...first, state: "released", why: "sold_out" }, []],
      [{ ...first, state: "released", why: "sold_out" }, [late]],
    ] as const)
      expect(standingOf({ ...HELD, ...hold }, payments, NOON)).toEqual({ is: "over", how: "sold_out" });
  });

  it("says that money goes back where it was taken, and waits while units are claimed", () => {
    const back = paid("refunding", { why: "sold_out" });
    expect(is({ ...first, state: "released", why: "sold_out" }, [back])).toBe("returning");
    expect(is({ ...first, paying: true, expires_at: HELD.placed_at }, [paid("authorized")], 60)).toBe("waiting");
  });
});

describe("what was told twice", () => {
  it("is the later of both, in whatever order it was heard", () => {
    const [pending, captured] = [paid("pending"), paid("captured")];
    for (const [one, other] of [
      [pending, captured],
      [captured, pending],
    ] as const)
      expect(laterOf(one, other).state).toBe("captured");
    const over: HeldStock = { ...HELD, state: "expired" };
    expect(laterHold(over, HELD)).toBe(over);
    expect(laterHold(HELD, over)).toBe(over);
  });
});
