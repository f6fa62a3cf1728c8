// Of a transaction whose outcome is not known: whether some of it was observed.
export const Unobserved = 0;
/** One of several transactions was observed, and it may have been this one. */
export const MaybeObserved = 1;
export const Observed = 2;
