// An operator's schema, "leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", taken apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

struct Argument {
  std::string type;  // as in the schema, "Tensor", "int[1]?"
  std::string name;
  bool hasDefault = false;
  /** The default as a number: True is 1, reduction=Mean is 1; nullopt for None and for lists. */
  std::optional<double> defaultNumber;
};

struct OpSchema {
  explicit OpSchema(const char* text);
  std::vector<Argument> arguments;
};
