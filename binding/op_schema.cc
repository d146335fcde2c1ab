#include "op_schema.h"

#include <cstdlib>
#include <string_view>

namespace {

std::optional<double> parseDefault(const std::string& text) {
  if (text == "True" || text == "Mean") return 1;
  if (text == "False") return 0;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return end == text.c_str() ? std::nullopt : std::optional<double>(number);
}

// "Scalar negative_slope=0.01"
Argument parseArgument(const std::string& text) {
  Argument argument;
  const size_t equals = text.find('=');
  const std::string declaration = text.substr(0, equals);
  const size_t space = declaration.rfind(' ');
  argument.type = declaration.substr(0, space);
  argument.name = declaration.substr(space + 1);
  if (equals != std::string::npos) {
    argument.hasDefault = true;
    argument.defaultNumber = parseDefault(text.substr(equals + 1));
  }
  return argument;
}

}  // namespace

OpSchema::OpSchema(const char* text) {
  const std::string_view schema(text);
  const size_t open = schema.find('('), close = schema.rfind(") ->");
  std::string list(schema.substr(open + 1, close - open - 1));
  list += ", ";
  size_t start = 0;
  for (size_t comma; (comma = list.find(", ", start)) != std::string::npos; start = comma + 2) {
    const std::string item = list.substr(start, comma - start);
    if (item.empty() || item == "*") continue;  // "*" opens the keyword arguments, which are positions here
    arguments.push_back(parseArgument(item));
  }
}
