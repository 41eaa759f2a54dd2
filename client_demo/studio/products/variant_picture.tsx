import { useSignal } from "@preact/signals";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { pictureOf } from "../../shared/ui/picture_address";
import { Pictures } from "../pictures/pictures";
import { Sign } from "../sign";
import type { VariantText } from "./product";
import { t } from "./text";

interface VariantPictureProps {
  of: VariantText;
  /** The product's, to choose from, and what they show. */
  pictures: readonly string[];
  alts: Readonly<Record<string, string>>;
  disabled: boolean;
  choose: (image: string, alt: string) => void;
}

/** A variant's own picture: one of the product's, or another one; without one the product's is shown. */
export function VariantPicture({ of, pictures, alts, disabled, choose }: VariantPictureProps) {
  const open = useSignal(false);
  const name = of.values.join(" / ");
  const close = (): void => {
    open.value = false;
  };
  return (
    <>
      <Button
        size="icon"
        class="variant-picture"
        disabled={disabled}
        aria-label={t(of.image ? "variant.picture.change" : "variant.picture.choose", { name })}
        data-testid="variant-picture"
        data-image={of.image}
        onClick={() => {
          open.value = true;
        }}
      >
        {of.image ? <img {...pictureOf(of.image, 44)} alt="" width={44} height={44} /> : <Sign name="upload" />}
      </Button>
      {open.value && (
        <Dialog sheet title={t("variant.picture", { name })} testid="variant-picture-dialog" onClose={close}>
          {pictures.length > 0 && (
            <>
              <p class="hint">{t("variant.picture.of_product")}</p>
              <ul class="variant-pictures">
                {pictures.map((address, at) => (
                  <li key={address}>
                    <Button
                      size="icon"
                      aria-pressed={address === of.image}
                      aria-label={alts[address] || t("variant.picture.n", { n: at + 1 })}
                      data-testid="variant-picture-one"
                      onClick={() => choose(address, alts[address] ?? "")}
                    >
                      <img {...pictureOf(address, 88)} alt="" width={88} height={88} />
                    </Button>
                  </li>
                ))}
              </ul>
            </>
          )}
          <Pictures
            label={t("variant.picture", { name })}
            value={of.image ? [of.image] : []}
            most={1}
            testid="variant-pictures"
            alts={{ [of.image]: of.imageAlt }}
            onChange={(images) => choose(images.at(-1) ?? "", images.length > 0 ? of.imageAlt : "")}
            onAlts={(said) => choose(of.image, said[of.image] ?? "")}
          />
          <p class="dialog-actions">
            <Button look="primary" data-testid="variant-picture-done" onClick={close}>
              {t("variant.picture.done")}
            </Button>
          </p>
        </Dialog>
      )}
    </>
  );
}
