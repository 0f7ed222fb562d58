"""Who gets which work: `pieces` says what is shared out, `sharing` how; the rest fits it into a plan."""
