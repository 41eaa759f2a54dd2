"""Who may write and who may be there: time-outs, mutes, shadow mutes and bans, with their ends, reasons and appeals."""
