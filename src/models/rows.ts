/** No kernel treats the rows of such a multiple in different ways, so that a row's result depends on itself alone. */
export const ROWS = 8;
