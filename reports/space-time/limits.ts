/** Steps that a report draws; of longer traces, those around what is to be seen. */
export const StepsMax = 3000;
/** Characters of a label. */
export const LabelMax = 60;
