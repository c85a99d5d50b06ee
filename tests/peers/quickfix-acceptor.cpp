// An exchange on an engine that is not ours: QuickFIX (C++), FIX 4.2 or 4.4, with its own written ledger.
//
//   quickfix-acceptor --port N --version 4.4 --sender ISLD --target TW44 --store DIR --ledger FILE
//     [--delay-ms N]        answer each order that much later
//     [--fill full|half|none]   half: the first half at once, the rest with the next tick
//     [--no-new]            fill without a "new" report first
//     [--mute-cancel]       never answer a cancel
//     [--forget]            start without the session store and without memory of earlier orders
//     [--id-start N]        exchange order and execution numbers start there again
//
// Every line of the ledger is on the disk (fsync) before its answer leaves. One JSON object a line:
// order, trade, canceled, replaced, rejected.
#include <fcntl.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <experimental/filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <queue>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSocketAcceptor.h>
#include <quickfix/Values.h>

namespace {

struct Options {
  int port = 0;
  std::string version = "4.4", sender = "ISLD", target = "TW44", store, ledger, fill = "full";
  int delayMs = 0;
  bool noNew = false, muteCancel = false, forget = false;
  long idStart = 0;
};

struct Order {
  std::string id, clOrdId, account, symbol, token, side, price;
  long quantity = 0, cum = 0;
  char status = '0';
  double value = 0;
  bool ended() const { return status == '2' || status == '4' || status == '8'; }
};

std::string jsonField(const std::string& line, const std::string& name) {
  const std::string mark = "\"" + name + "\":";
  size_t at = line.find(mark);
  if (at == std::string::npos) return "";
  at += mark.size();
  if (line[at] == '"') {
    const size_t end = line.find('"', at + 1);
    return line.substr(at + 1, end - at - 1);
  }
  const size_t end = line.find_first_of(",}", at);
  return line.substr(at, end - at);
}

class Ledger {
 public:
  explicit Ledger(const std::string& path) : file_(::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600)) {
    if (file_ < 0) { std::perror("ledger"); std::exit(2); }
  }
  void write(const std::string& line) {
    const std::string whole = line + "\n";
    if (::write(file_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()) || ::fsync(file_) != 0) {
      std::perror("ledger");
      std::exit(2);
    }
  }

 private:
  int file_;
};

class Exchange : public FIX::Application {
 public:
  explicit Exchange(const Options& options) : options_(options), ledger_(options.ledger), next_(options.idStart) {
    if (!options.forget) remember();
    worker_ = std::thread([this] { work(); });
  }
  ~Exchange() override {
    stopping_ = true;
    worker_.join();
  }

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override {}
  void onLogout(const FIX::SessionID&) override {}
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message&, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {}
  void fromApp(const FIX::Message& message, const FIX::SessionID& session) throw(
      FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    // Answered by the worker after the delay: a kill in between leaves the order unanswered.
    const std::lock_guard<std::mutex> lock(mutex_);
    inbox_.push({std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.delayMs), message, session});
  }

 private:
  struct Letter {
    std::chrono::steady_clock::time_point due;
    FIX::Message message;
    FIX::SessionID session;
  };

  static std::string get(const FIX::FieldMap& from, int tag) {
    return from.isSetField(tag) ? from.getField(tag) : std::string();
  }

  // Orders as the ledger has them: an exchange that kept its store knows its orders after a restart.
  void remember() {
    std::ifstream in(options_.ledger);
    for (std::string line; std::getline(in, line);) {
      const std::string kind = jsonField(line, "t"), id = jsonField(line, "order");
      const long number = std::strtol(id.c_str(), nullptr, 10);
      if (number > next_) next_ = number;
      if (kind == "order") {
        Order order;
        order.id = id;
        order.clOrdId = jsonField(line, "clOrdId");
        order.account = jsonField(line, "account");
        order.symbol = jsonField(line, "symbol");
        order.token = jsonField(line, "token");
        order.side = jsonField(line, "side");
        order.price = jsonField(line, "price");
        order.quantity = std::strtol(jsonField(line, "quantity").c_str(), nullptr, 10);
        orders_[id] = order;
        byClOrdId_[order.clOrdId] = id;
      } else if (orders_.count(id) != 0) {
        Order& order = orders_[id];
        if (kind == "trade") {
          const long quantity = std::strtol(jsonField(line, "quantity").c_str(), nullptr, 10);
          order.cum += quantity;
          order.value += static_cast<double>(quantity) * std::atof(jsonField(line, "price").c_str());
          order.status = order.cum >= order.quantity ? '2' : '1';
          const long trade = std::strtol(jsonField(line, "trade").c_str(), nullptr, 10);
          if (trade > next_) next_ = trade;
        } else if (kind == "canceled") {
          order.status = '4';
          byClOrdId_[jsonField(line, "clOrdId")] = id;
        } else if (kind == "replaced") {
          order.clOrdId = jsonField(line, "clOrdId");
          order.quantity = std::strtol(jsonField(line, "quantity").c_str(), nullptr, 10);
          order.price = jsonField(line, "price");
          byClOrdId_[order.clOrdId] = id;
        }
      }
    }
  }

  void work() {
    while (!stopping_) {
      std::vector<Letter> due;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        while (!inbox_.empty() && inbox_.front().due <= std::chrono::steady_clock::now()) {
          due.push_back(inbox_.front());
          inbox_.pop();
        }
      }
      for (const Letter& letter : due) answer(letter.message, letter.session);
      if (options_.fill == "half") finishHalves();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void answer(const FIX::Message& message, const FIX::SessionID& session) {
    const std::string type = message.getHeader().getField(35);
    session_ = session;
    if (type == "D") onNew(message);
    else if (type == "F") onCancel(message);
    else if (type == "G") onReplace(message);
    else if (type == "H") onStatus(message);
    else if (type == "q") onMassCancel(message);
  }

  void onNew(const FIX::Message& message) {
    Order order;
    order.clOrdId = get(message, 11);
    if (byClOrdId_.count(order.clOrdId) != 0) {
      // A ClOrdID twice is refused, and written down: the judge looks for it.
      ledger_.write("{\"t\":\"rejected\",\"order\":\"0\",\"clOrdId\":\"" + order.clOrdId + "\",\"why\":\"duplicate ClOrdID\"}");
      order.id = "NONE";
      order.account = get(message, 1);
      order.symbol = get(message, 55);
      order.side = get(message, 54);
      order.quantity = std::strtol(get(message, 38).c_str(), nullptr, 10);
      order.status = '8';
      report(order, '8', order.clOrdId, "", 0, "", "", "duplicate ClOrdID");
      return;
    }
    order.id = std::to_string(++next_);
    order.account = get(message, 1);
    order.symbol = get(message, 55);
    order.token = get(message, 48);
    order.side = get(message, 54);
    order.price = message.isSetField(44) ? get(message, 44) : "100";
    order.quantity = std::strtol(get(message, 38).c_str(), nullptr, 10);
    ledger_.write("{\"t\":\"order\",\"order\":\"" + order.id + "\",\"clOrdId\":\"" + order.clOrdId + "\",\"account\":\"" + order.account +
                  "\",\"symbol\":\"" + order.symbol + "\",\"token\":\"" + order.token + "\",\"side\":\"" + order.side +
                  "\",\"quantity\":" + std::to_string(order.quantity) + ",\"price\":\"" + order.price + "\"}");
    orders_[order.id] = order;
    byClOrdId_[order.clOrdId] = order.id;
    Order& stored = orders_[order.id];
    if (!options_.noNew) report(stored, '0', stored.clOrdId, "", 0, "", "", "");
    if (options_.fill == "full") fill(stored, stored.quantity);
    if (options_.fill == "half") fill(stored, stored.quantity > 1 ? stored.quantity / 2 : 1);
  }

  void finishHalves() {
    for (auto& entry : orders_) {
      Order& order = entry.second;
      if (order.status == '1' && options_.fill == "half") fill(order, order.quantity - order.cum);
    }
  }

  void fill(Order& order, long quantity) {
    if (quantity <= 0) return;
    const std::string trade = std::to_string(++next_);
    order.cum += quantity;
    order.value += static_cast<double>(quantity) * std::atof(order.price.c_str());
    order.status = order.cum >= order.quantity ? '2' : '1';
    ledger_.write("{\"t\":\"trade\",\"order\":\"" + order.id + "\",\"trade\":\"" + trade + "\",\"account\":\"" + order.account +
                  "\",\"symbol\":\"" + order.symbol + "\",\"side\":\"" + order.side + "\",\"quantity\":" + std::to_string(quantity) +
                  ",\"price\":\"" + order.price + "\"}");
    const bool old = options_.version == "4.2";
    report(order, old ? order.status : 'F', order.clOrdId, "", quantity, order.price, trade, "");
  }

  void onCancel(const FIX::Message& message) {
    if (options_.muteCancel) return;
    const std::string clOrdId = get(message, 11), original = get(message, 41);
    Order* order = find(message);
    if (order == nullptr || order->ended()) {
      FIX::Message out;
      out.getHeader().setField(35, "9");
      out.setField(37, order == nullptr ? "NONE" : order->id);
      out.setField(11, clOrdId);
      out.setField(41, original);
      out.setField(39, order == nullptr ? "8" : std::string(1, order->status));
      out.setField(434, "1");
      out.setField(102, order == nullptr ? "1" : "0");
      FIX::Session::sendToTarget(out, session_);
      return;
    }
    order->status = '4';
    byClOrdId_[clOrdId] = order->id;
    ledger_.write("{\"t\":\"canceled\",\"order\":\"" + order->id + "\",\"clOrdId\":\"" + clOrdId + "\"}");
    report(*order, '4', clOrdId, original, 0, "", "", "");
  }

  void onReplace(const FIX::Message& message) {
    Order* order = find(message);
    const std::string clOrdId = get(message, 11), original = get(message, 41);
    if (order == nullptr || order->ended()) {
      FIX::Message out;
      out.getHeader().setField(35, "9");
      out.setField(37, order == nullptr ? "NONE" : order->id);
      out.setField(11, clOrdId);
      out.setField(41, original);
      out.setField(39, order == nullptr ? "8" : std::string(1, order->status));
      out.setField(434, "2");
      out.setField(102, order == nullptr ? "1" : "0");
      FIX::Session::sendToTarget(out, session_);
      return;
    }
    order->clOrdId = clOrdId;
    order->quantity = std::strtol(get(message, 38).c_str(), nullptr, 10);
    if (message.isSetField(44)) order->price = get(message, 44);
    byClOrdId_[clOrdId] = order->id;
    ledger_.write("{\"t\":\"replaced\",\"order\":\"" + order->id + "\",\"clOrdId\":\"" + clOrdId +
                  "\",\"quantity\":" + std::to_string(order->quantity) + ",\"price\":\"" + order->price + "\"}");
    report(*order, '5', clOrdId, original, 0, "", "", "");
  }

  void onStatus(const FIX::Message& message) {
    Order* order = find(message);
    FIX::Message out;
    if (order == nullptr) {
      Order none;
      none.id = "NONE";
      none.account = get(message, 1);
      none.symbol = get(message, 55);
      none.side = get(message, 54);
      none.status = '8';
      status(none, get(message, 11), true);
      return;
    }
    status(*order, get(message, 11), false);
  }

  void onMassCancel(const FIX::Message& message) {
    FIX::Message out;
    out.getHeader().setField(35, "r");
    out.setField(11, get(message, 11));
    out.setField(37, std::to_string(++next_));
    out.setField(530, get(message, 530));
    out.setField(531, "7");
    FIX::Session::sendToTarget(out, session_);
    for (auto& entry : orders_) {
      Order& order = entry.second;
      if (order.ended()) continue;
      order.status = '4';
      ledger_.write("{\"t\":\"canceled\",\"order\":\"" + order.id + "\",\"clOrdId\":\"" + order.clOrdId + "\"}");
      report(order, '4', order.clOrdId, "", 0, "", "", "");
    }
  }

  Order* find(const FIX::Message& message) {
    const std::string number = get(message, 37);
    if (!number.empty() && orders_.count(number) != 0) return &orders_[number];
    std::string name = get(message, 41);
    if (name.empty()) name = get(message, 11);
    const auto found = byClOrdId_.find(name);
    return found == byClOrdId_.end() ? nullptr : &orders_[found->second];
  }

  void fillCommon(FIX::Message& out, const Order& order, const std::string& clOrdId) {
    out.getHeader().setField(35, "8");
    out.setField(37, order.id);
    out.setField(11, clOrdId);
    if (!order.account.empty()) out.setField(1, order.account);
    out.setField(55, order.symbol);
    if (!order.token.empty()) { out.setField(48, order.token); out.setField(22, "8"); }
    out.setField(54, order.side);
    out.setField(38, std::to_string(order.quantity));
    out.setField(14, std::to_string(order.cum));
    out.setField(151, std::to_string(order.ended() ? 0 : order.quantity - order.cum));
    char average[32];
    std::snprintf(average, sizeof average, "%.4f", order.cum == 0 ? 0.0 : order.value / static_cast<double>(order.cum));
    out.setField(6, average);
  }

  void report(const Order& order, char execType, const std::string& clOrdId, const std::string& original, long quantity,
              const std::string& price, const std::string& trade, const std::string& text) {
    FIX::Message out;
    fillCommon(out, order, clOrdId);
    out.setField(17, trade.empty() ? "E" + std::to_string(++next_) : trade);
    if (options_.version == "4.2") out.setField(20, "0");
    out.setField(150, std::string(1, execType));
    out.setField(39, std::string(1, execType == '5' ? (order.cum > 0 ? '1' : '0') : order.status));
    if (!original.empty()) out.setField(41, original);
    if (quantity > 0) { out.setField(32, std::to_string(quantity)); out.setField(31, price); }
    if (!text.empty()) out.setField(58, text);
    FIX::Session::sendToTarget(out, session_);
  }

  void status(const Order& order, const std::string& clOrdId, bool unknown) {
    FIX::Message out;
    fillCommon(out, order, clOrdId);
    out.setField(17, "0");
    if (options_.version == "4.2") out.setField(20, "3");
    out.setField(150, options_.version == "4.2" ? std::string(1, order.status) : "I");
    out.setField(39, std::string(1, order.status));
    if (unknown) { out.setField(103, "5"); out.setField(58, "unknown order"); }
    FIX::Session::sendToTarget(out, session_);
  }

  const Options options_;
  Ledger ledger_;
  std::map<std::string, Order> orders_;
  std::map<std::string, std::string> byClOrdId_;
  std::mutex mutex_;
  std::queue<Letter> inbox_;
  std::atomic<bool> stopping_{false};
  FIX::SessionID session_;
  long next_;
  std::thread worker_;
};

volatile std::sig_atomic_t stop_asked = 0;
void askStop(int) { stop_asked = 1; }

Options parse(int argc, char** argv) {
  Options options;
  for (int at = 1; at < argc; at += 1) {
    const std::string name = argv[at];
    const auto value = [&] {
      if (at + 1 >= argc) { std::cerr << name << " needs a value\n"; std::exit(2); }
      return std::string(argv[++at]);
    };
    if (name == "--port") options.port = std::atoi(value().c_str());
    else if (name == "--version") options.version = value();
    else if (name == "--sender") options.sender = value();
    else if (name == "--target") options.target = value();
    else if (name == "--store") options.store = value();
    else if (name == "--ledger") options.ledger = value();
    else if (name == "--fill") options.fill = value();
    else if (name == "--delay-ms") options.delayMs = std::atoi(value().c_str());
    else if (name == "--no-new") options.noNew = true;
    else if (name == "--mute-cancel") options.muteCancel = true;
    else if (name == "--forget") options.forget = true;
    else if (name == "--id-start") options.idStart = std::atol(value().c_str());
    else { std::cerr << "unknown option " << name << "\n"; std::exit(2); }
  }
  if (options.port == 0 || options.store.empty() || options.ledger.empty()) {
    std::cerr << "--port, --store and --ledger are needed\n";
    std::exit(2);
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  std::signal(SIGTERM, askStop);
  std::signal(SIGINT, askStop);
  if (options.forget) std::experimental::filesystem::remove_all(options.store);
  std::stringstream text;
  text << "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nUseDataDictionary=N\n"
       << "FileStorePath=" << options.store << "\nSocketAcceptPort=" << options.port << "\nSocketReuseAddress=Y\nSocketNodelay=Y\n"
       << "CheckLatency=N\nPersistMessages=Y\n"
       << "[SESSION]\nBeginString=FIX." << options.version << "\nSenderCompID=" << options.sender
       << "\nTargetCompID=" << options.target << "\n";
  FIX::SessionSettings settings(text);
  Exchange exchange(options);
  FIX::FileStoreFactory store(settings);
  FIX::ThreadedSocketAcceptor acceptor(exchange, store, settings);
  acceptor.start();
  std::cout << "listening on " << options.port << std::endl;
  while (stop_asked == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  acceptor.stop(true);
  return 0;
}
