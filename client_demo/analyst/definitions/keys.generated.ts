// Written by `python -m server.generate` from `server/stats/glossary`.
export const GLOSSARY = {
  audience: ["shows", "live_time", "viewers", "guests", "views", "visits", "peak", "average", "watch_mean", "watch_median", "watch_total", "replay_viewers", "viewers_in_all"],
  returning: ["viewers_before", "viewers_new", "viewers_again", "buyers_before", "buyers_seen_before", "buyers_in_period"],
  people: ["cohort_retention", "churn", "ltv_historic", "ltv_predicted", "rfm", "lifecycle", "segment_saved", "map_cell"],
  engagement: ["engaged", "reactions", "senders", "per_sender", "votes", "shares", "sharers", "askers", "asked", "answered", "open", "answer_time"],
  sales: ["conversion_live", "conversion_24h", "conversion_7d", "conversion_30d", "buyers", "gmv", "refunded", "net", "orders", "units", "aov", "gpm", "bot_sales", "staff_sales", "replay_sales", "reported_sales"],
  products: ["ctr", "ctor", "ctr_actions", "ctor_actions", "funnel_impression", "funnel_click", "funnel_paid", "funnel_paid_of_click", "funnel_click_time", "funnel_paid_time", "funnel_time", "impressed", "clickers", "viewers_orders", "viewers_units", "viewers_gmv"],
  moments: ["moment_watching", "moment_conversion", "moment_clickers", "moment_clicks", "moment_orders", "moment_questions"],
  surveys: ["nps", "nps_promoters", "nps_passives", "nps_detractors", "survey_response", "survey_choice", "survey_stars"],
  visits: ["page_views", "visitors", "site_visits", "visit_steps", "new_by_share", "new_per_sharer", "share_chain"],
} as const;
