package github

import (
	"context"
	"fmt"

	library "github.com/google/go-github/v60/github"
)

const (
	pageSize = 100  // GitHub gives no more
	mostPage = 1000 // ends what would never end
)

// pages reads a list page by page.
func pages[T any](ctx context.Context, page func(context.Context, library.ListOptions) ([]T, *library.Response, error)) ([]T, error) {
	var all []T
	at := library.ListOptions{PerPage: pageSize}
	for range mostPage {
		list, response, err := page(ctx, at)
		if err != nil {
			return nil, tidy(err)
		}
		all = append(all, list...)
		if response.NextPage <= at.Page {
			return all, nil
		}
		at.Page = response.NextPage
	}
	return nil, Unavailable{fmt.Errorf("a list has more than %d pages", mostPage)}
}

// get reads an answer that go-github has no method or no fitting type for.
func get[T any](ctx context.Context, api *library.Client, path string) (answer T, response *library.Response, err error) {
	request, err := api.NewRequest("GET", path, nil)
	if err != nil {
		return answer, nil, ownFault{err}
	}
	response, err = api.Do(ctx, request, &answer)
	return answer, response, err
}

// pathOf is a path with the page asked for.
func pathOf(path string, page library.ListOptions) string {
	path = fmt.Sprintf("%s?per_page=%d", path, page.PerPage)
	if page.Page > 1 {
		path += fmt.Sprintf("&page=%d", page.Page)
	}
	return path
}
