# Forecasts by R's forecast package: in-r.R FOLDER reads each NAME.in.csv, a season, a horizon and values, and writes
# NAME.ets.csv and NAME.arima.csv with the quantiles 0.05 to 0.95 of each step. Automatic ARIMA models of long series take
# minutes, so those have none.
suppressMessages(library(forecast))
LONGEST <- 250
for (file in Sys.glob(file.path(commandArgs(TRUE)[1], "*.in.csv"))) {
  numbers <- scan(file, quiet = TRUE)
  season <- numbers[1]
  horizon <- numbers[2]
  past <- ts(numbers[-(1:2)], frequency = season)
  models <- list(ets = ets, arima = if (length(past) <= LONGEST) auto.arima)
  for (name in names(models)) {
    if (is.null(models[[name]])) next
    result <- forecast(models[[name]](past), h = horizon, level = seq(10, 90, 10))
    quantiles <- cbind(result$lower[, 9:1, drop = FALSE], result$mean, result$upper[, 1:9, drop = FALSE])
    write.table(quantiles, sub(".in.csv", paste0(".", name, ".csv"), file), row.names = FALSE, col.names = FALSE)
  }
}
