import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Product } from "../../sdk";
import { request } from "../../shared/server";
import { t } from "../late_text";
import { identity, show } from "../session";

interface FaqLine {
  id: string;
  question: string;
  answer: string;
}

/** What others have asked about a product, in this show and earlier ones, with the answers. */
export function ProductFaq({ product }: { product: Product }) {
  const lines = useSignal<readonly FaqLine[]>([]);
  useEffect(() => {
    let left = false;
    const path = `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/faq/${product.id}`;
    request<{ lines: FaqLine[] }>(path, { token: identity.peek()?.token })
      .then((found) => {
        if (!left) lines.value = found.lines;
      })
      .catch(() => {
        // It is bought without them as well.
        if (!left) lines.value = [];
      });
    return () => {
      left = true;
    };
  }, [product.id]);
  if (lines.value.length === 0) return null;
  return (
    <details class="reviews" data-testid="faq">
      <summary>{t.count("faq.title", lines.value.length)}</summary>
      <dl class="faq">
        {lines.value.map(({ id, question, answer }) => (
          <div key={id} data-testid="faq-line">
            <dt>{question}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
