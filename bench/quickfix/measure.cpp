// Encoding and decoding on QuickFIX C++, for comparison: nanoseconds a message on two lines.
//
//   measure DICTIONARY MESSAGE-FILE COUNT
//
// The file holds one execution report as it is on the wire. Decoding checks what the engine can check: length, sum,
// and the message against the dictionary.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>
#include <quickfix/fix44/NewOrderSingle.h>

namespace {

template <typename Work>
double nanoseconds(int count, Work work) {
  for (int i = 0; i < count / 4; ++i) work();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) work();
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / count;
}

std::string newOrder(int number) {
  FIX44::NewOrderSingle order;
  FIX::Header &header = order.getHeader();
  header.setField(34, std::to_string(number));
  header.setField(49, "DESK");
  header.setField(52, "20261123-09:20:00.000");
  header.setField(56, "VENUE");
  order.setField(11, "20261123-D1-000012");
  order.setField(1, "CL0001");
  order.setField(55, "NIFTY");
  order.setField(167, "FUT");
  order.setField(200, "202611");
  order.setField(54, "2");
  order.setField(38, "1800");
  order.setField(40, "2");
  order.setField(44, "24500.05");
  order.setField(59, "0");
  order.setField(60, "20261123-09:20:00.000");
  return order.toString();
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const FIX::DataDictionary dictionary(argv[1]);
  std::ifstream file(argv[2], std::ios::binary);
  const std::string report{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const int count = std::atoi(argv[3]);
  std::size_t kept = 0;
  int number = 1;
  std::cout << nanoseconds(count, [&] { kept += newOrder(number++).size(); }) << '\n';
  std::cout << nanoseconds(count, [&] {
    FIX::Message message(report, dictionary, true);
    dictionary.validate(message);
    kept += message.getField(11).size();
  }) << '\n';
  return kept == 0;
}
