// A sequence in pages that lists share: a copy costs a pointer per page, an edit copies one page,
// and two lists tell what differs between them without a look at the pages they have in common.
//
// It is what makes a change of one route among thousands cost what one route costs: whatever is a
// list of all routes is one of these. Elements are shared_ptr; two are the same when they point to
// the same object.   Thread: like a vector; pages are immutable and free to share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/check.h"

namespace tidegate {

template <class T>
class PagedList {
 public:
  using Element = std::shared_ptr<const T>;
  using Page = std::vector<Element>;  // never empty
  using PagePtr = std::shared_ptr<const Page>;
  // Elements of a page, at most. A change copies one page of this; a copy of a list of n elements
  // copies n / kPageSize pointers.
  static constexpr std::size_t kPageSize = 64;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using pointer = const Element*;
    using reference = const Element&;

    Iterator() = default;
    Iterator(const PagePtr* page, std::size_t at) : page_(page), at_(at) {}
    reference operator*() const { return (**page_)[at_]; }
    pointer operator->() const { return &(**page_)[at_]; }
    Iterator& operator++() {
      if (++at_ == (*page_)->size()) {
        ++page_;
        at_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const PagePtr* page_ = nullptr;
    std::size_t at_ = 0;
  };

  PagedList() = default;
  // Implicit, so that a list is written like a vector.
  PagedList(std::initializer_list<Element> elements) : PagedList(Page(elements)) {}
  PagedList(Page elements) {  // NOLINT(google-explicit-constructor)
    for (std::size_t at = 0; at < elements.size(); at += kPageSize) {
      const std::size_t end = std::min(at + kPageSize, elements.size());
      add_page(std::make_shared<const Page>(
          std::make_move_iterator(elements.begin() + static_cast<std::ptrdiff_t>(at)),
          std::make_move_iterator(elements.begin() + static_cast<std::ptrdiff_t>(end))));
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return {pages_.data(), 0}; }
  Iterator end() const { return {pages_.data() + pages_.size(), 0}; }
  const Element& front() const { return pages_.front()->front(); }
  // REQUIRES: position < size(). Cost: the number of pages.
  const Element& operator[](std::size_t position) const {
    TIDEGATE_CHECK(position < size_);
    const auto [page, at] = find(position);
    return (*pages_[page])[at];
  }

  const std::vector<PagePtr>& pages() const { return pages_; }
  void add_page(PagePtr page) {
    size_ += page->size();
    pages_.push_back(std::move(page));
  }
  // Edits at a position that exists (for insert: or is size()).
  void replace(std::size_t position, Element element) {
    edit(position, [&](Page&, auto at) { *at = std::move(element); });
  }
  void erase(std::size_t position) {
    edit(position, [](Page& page, auto at) { page.erase(at); });
  }
  void insert(std::size_t position, Element element) {
    if (position == size_) return add_page(std::make_shared<const Page>(1, std::move(element)));
    edit(position, [&](Page& page, auto at) { page.insert(at, std::move(element)); });
  }

  // Whether both consist of the same pages. False says nothing about the elements.
  bool same_pages(const PagedList& other) const { return pages_ == other.pages_; }
  friend bool operator==(const PagedList& a, const PagedList& b) {
    return a.size_ == b.size_ && (a.same_pages(b) || std::equal(a.begin(), a.end(), b.begin()));
  }

 private:
  std::pair<std::size_t, std::size_t> find(std::size_t position) const {
    std::size_t page = 0;
    while (position >= pages_[page]->size()) position -= pages_[page++]->size();
    return {page, position};
  }

  template <class Change>
  void edit(std::size_t position, Change change) {
    const auto [index, at] = find(position);
    Page page = *pages_[index];
    size_ -= page.size();
    change(page, page.begin() + static_cast<std::ptrdiff_t>(at));
    size_ += page.size();
    const auto place = pages_.begin() + static_cast<std::ptrdiff_t>(index);
    if (page.empty()) {
      pages_.erase(place);
    } else if (page.size() <= kPageSize) {
      *place = std::make_shared<const Page>(std::move(page));
    } else {
      const auto half = page.begin() + static_cast<std::ptrdiff_t>(page.size() / 2);
      *place = std::make_shared<const Page>(half, page.end());
      pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(index),
                    std::make_shared<const Page>(page.begin(), half));
    }
  }

  std::vector<PagePtr> pages_;
  std::size_t size_ = 0;
};

// What one list has and the other has not.
template <class T>
struct ListDifference {
  std::vector<std::shared_ptr<const T>> removed;
  std::vector<std::shared_ptr<const T>> added;
};

// Cost: the number of pages, and the elements of pages that only one list has.
// REQUIRES: no element is in a list twice.
template <class T>
ListDifference<T> find_difference(const PagedList<T>& before, const PagedList<T>& now) {
  using Page = typename PagedList<T>::Page;
  std::unordered_set<const Page*> gone_pages;
  for (const auto& page : before.pages()) gone_pages.insert(page.get());
  std::vector<const Page*> fresh;
  for (const auto& page : now.pages()) {
    if (gone_pages.erase(page.get()) == 0) fresh.push_back(page.get());
  }
  ListDifference<T> difference;
  std::unordered_set<const T*> gone;
  for (const Page* page : gone_pages) {
    for (const auto& element : *page) gone.insert(element.get());
  }
  for (const Page* page : fresh) {
    for (const auto& element : *page) {
      if (gone.erase(element.get()) == 0) difference.added.push_back(element);
    }
  }
  for (const Page* page : gone_pages) {
    for (const auto& element : *page) {
      if (gone.contains(element.get())) difference.removed.push_back(element);
    }
  }
  return difference;
}

}  // namespace tidegate
