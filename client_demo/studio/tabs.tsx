import { Link } from "./link";
import "./tabs.css";

interface Tab {
  /** Its page is the one that is open when `here` is this. */
  name: string;
  to: string;
  label: string;
  testid: string;
}

/** Between the pages of an area. */
export function Tabs({ label, here, tabs }: { label: string; here: string; tabs: readonly Tab[] }) {
  return (
    <nav class="area-tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.name}
          to={tab.to}
          class="area-tab"
          aria-current={here === tab.name ? "page" : undefined}
          data-testid={tab.testid}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
