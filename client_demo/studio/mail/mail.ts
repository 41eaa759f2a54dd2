// What the server says of mail, and the words of this area.
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_mail.en.json";

export const t = createTranslator<typeof en>("studio_mail");

export const MAIL = "/studio/mail";

export interface Sender {
  sending: "on" | "kept";
  bounces: boolean;
  sender_name: string;
  sender_address: string;
  reply_to: string;
  postal: string;
  offer_text: string;
  offer_url: string;
  auto_after_hours: number | null;
}

export interface FollowUp {
  show: string;
  title: string;
  ended_at: string | null;
  state: "preparing" | "queued" | "cancelled" | null;
  currency: string;
  agreed: number;
  recipients: number;
  queued: number;
  kept: number;
  sent: number;
  delivered: number;
  bounced: number;
  failed: number;
  withheld: number;
  complained: number;
  opened: number;
  opened_machine: number;
  opened_raw: number;
  clicked: number;
  unsubscribed: number;
  orders: number;
  amount_minor: number;
}

export interface Words {
  subject: string;
  preheader: string;
  html: string;
  plain: string;
}

export interface Template extends Words {
  version: number;
  variables: { name: string; meaning: string }[];
}

export interface Message {
  id: string;
  kind: string;
  address: string | null;
  subject: string;
  state: "queued" | "sent" | "kept" | "bounced" | "failed" | "withheld";
  error: string | null;
  at: string;
  look: string | null;
}

export interface Stopped {
  id: string;
  reason: "unsubscribed" | "hard_bounce" | "complaint";
  at: string;
  address: string | null;
}
