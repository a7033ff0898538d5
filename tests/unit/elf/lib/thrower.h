#pragma once
#include <exception>

class Problem : public std::exception {
  public:
    explicit Problem(const char *t) : text(t) {
    }
    ~Problem() override;
    const char *what() const noexcept override;

  private:
    const char *text;
};
void throw_problem(const char *text);
